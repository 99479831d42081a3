import type {
  AdmissionObject,
  AdmissionRequest,
  ClusterConnection,
  ErrorCode,
} from "@gatewright/core";
import type { JsonPatchOperation } from "./json-patch.ts";

/** A text to be found as it stands, or to be matched. */
export type ExpectedText = string | RegExp;

/** What every case of a request says. */
export interface RequestCase<Config> {
  /** @default the request in short */
  name?: string;
  /** From `creates`, `updates`, `deletes`, `evicts` or `connects`. */
  request: AdmissionRequest;
  /** @default the suite's */
  config?: Config;
  /** Makes the cluster of this case, for plugins with `reads` or `writes`. @default the suite's */
  cluster?: () => ClusterConnection | Promise<ClusterConnection>;
  /** All warnings, in order. @default none */
  warnings?: readonly ExpectedText[];
  /** All audit annotations, under the plugin's own keys. @default none */
  auditAnnotations?: Readonly<Record<string, ExpectedText>>;
  /** For the plugin, as `PluginEntry.timeoutSeconds`; fractions are fine. @default 10 */
  timeoutSeconds?: number;
}

/** Allowed, and the object left as it is. A bare request is one, too. */
export interface AllowCase<Config = unknown> extends RequestCase<Config> {}

/** One denial, as much of it as matters. */
export interface ExpectedDenial {
  message: ExpectedText;
  field?: string;
  reason?: string;
}

/** Refused, with exactly these denials. */
export interface DenyCase<Config = unknown> extends RequestCase<Config> {
  /** Of the only denial. */
  message?: ExpectedText;
  /** Of the only denial: `spec.hostNetwork`. */
  field?: string;
  /** Of the only denial: a word such as `Invalid`. */
  reason?: string;
  /** Instead of `message`: several denials, in the order of the calls. */
  messages?: readonly (ExpectedText | ExpectedDenial)[];
  /** The HTTP status of the refusal. @default any */
  code?: number;
}

/** Allowed, and the object changed. */
export interface PatchCase<Config = unknown> extends RequestCase<Config> {
  /** The whole JSON Patch, operation by operation. */
  patch?: readonly JsonPatchOperation[];
  /**
   * What the object becomes; or a function that gets it, and throws where it is wrong. A namespace that
   * the builder filled in may be left out.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reaches for the one field it is about
  object?: object | ((object: any) => void);
}

/** Neither allowed nor denied: the plugin could not judge. */
export interface FaultCase<Config = unknown> extends RequestCase<Config> {
  /** Of the error that it threw. */
  message: ExpectedText;
  /** @default any */
  code?: ErrorCode;
}

/** A configuration that ends the start of a server. */
export interface RejectedConfigCase {
  /** @default the configuration in short */
  name?: string;
  config: unknown;
  /** What is wrong with it. */
  message: ExpectedText;
  /** Where, as a JSON pointer into the configuration: `/runAsUser`. @default anywhere */
  pointer?: string;
}

/** The cases of a plugin: one allow at least, and one that denies, patches, warns or annotates. */
export interface PluginSuite<Config = unknown> {
  /** For all cases that have none of their own. */
  config?: Config;
  /**
   * Makes the cluster of each case that has none of its own, for plugins with `reads` or `writes`; it is
   * closed at the case's end.
   * @default an empty `createFakeCluster()`
   */
  cluster?: () => ClusterConnection | Promise<ClusterConnection>;
  allows?: readonly (AdmissionRequest | AllowCase<Config>)[];
  denies?: readonly DenyCase<Config>[];
  patches?: readonly PatchCase<Config>[];
  faults?: readonly FaultCase<Config>[];
  rejectsConfig?: readonly RejectedConfigCase[];
}

/** A case of a request, with the list that it stands in. */
export type ListedCase =
  | ({ list: "allows" } & AllowCase)
  | ({ list: "denies" } & DenyCase)
  | ({ list: "patches" } & PatchCase)
  | ({ list: "faults" } & FaultCase);

/** All cases of requests, in order, each with the configuration that it is run with. */
export function listCases(suite: PluginSuite): ListedCase[] {
  const bare = (item: AdmissionRequest | AllowCase): AllowCase =>
    "operation" in item ? { request: item } : item;
  const cases: ListedCase[] = [
    ...(suite.allows ?? []).map((item) => ({ list: "allows" as const, ...bare(item) })),
    ...(suite.denies ?? []).map((item) => ({ list: "denies" as const, ...item })),
    ...(suite.patches ?? []).map((item) => ({ list: "patches" as const, ...item })),
    ...(suite.faults ?? []).map((item) => ({ list: "faults" as const, ...item })),
  ];
  const { config, cluster } = suite;
  return cases.map((item) => ({ config, ...(cluster && { cluster }), ...item }));
}

const suiteKeys = ["config", "cluster", "allows", "denies", "patches", "faults", "rejectsConfig"];
const requestKeys =
  "list name request config cluster warnings auditAnnotations timeoutSeconds".split(" ");
const ownKeys: Readonly<Record<ListedCase["list"], readonly string[]>> = {
  allows: [],
  denies: ["message", "field", "reason", "messages", "code"],
  patches: ["patch", "object"],
  faults: ["message", "code"],
};

/** @throws TypeError for what is no suite, such as a list under a misspelt name. */
export function expectSuite(suite: PluginSuite): void {
  const unknown = Object.keys(suite).find((key) => !suiteKeys.includes(key));
  if (unknown === undefined) return;
  throw new TypeError(`a suite has no "${unknown}": it has ${suiteKeys.join(", ")}`);
}

/** What a case lacks, or has too much, to be one; undefined where it is one. */
export function misstatement(kase: ListedCase): string | undefined {
  const known = [...requestKeys, ...ownKeys[kase.list]];
  const unknown = Object.keys(kase).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    return `a case under ${kase.list} has no "${unknown}": it has ${known.slice(1).join(", ")}`;
  }
  const { list, request } = kase;
  if (request?.operation === undefined) return "it has no request: request: creates(pod)";
  if (list === "denies" && (kase.message === undefined) === (kase.messages === undefined)) {
    return "say why it is denied: either message, or messages";
  }
  if (list === "patches" && kase.patch === undefined && kase.object === undefined) {
    return "say what it comes to: patch, or object";
  }
  if (list === "faults" && kase.message === undefined) return "say what breaks: message";
  return undefined;
}

/** A request in one line: `CREATE pods/eviction shop/web by alice`. */
export function describeRequest(request: AdmissionRequest | undefined): string {
  if (request?.operation === undefined) return "no request";
  const { operation, resource, subResource, namespace, userInfo, dryRun } = request;
  const object: AdmissionObject | null = request.object ?? request.oldObject;
  const { name, generateName } = object?.metadata ?? {};
  const of = [namespace, request.name ?? name ?? generateName].filter(Boolean);
  // A Namespace is in itself.
  const place = of[0] === of[1] ? of[1] : of.join("/");
  const what = [resource.resource, subResource].filter(Boolean).join("/");
  const by = userInfo.username === "alice" ? "" : ` by ${userInfo.username}`;
  return `${operation} ${what} ${place}${by}${dryRun ? ", dry run" : ""}`;
}
