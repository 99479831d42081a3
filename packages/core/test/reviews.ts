// Reviews as kube-apiserver sends them, and plugins to send them to.
import type { AdmissionRequest, AdmissionReviewVersion } from "../src/admission.ts";
import type { LoadedPlugin } from "../src/loaded-plugin.ts";
import { type Logger, silentLogger } from "../src/log.ts";
import { definePlugin, type Plugin, type ReviewContext } from "../src/plugin.ts";
import type { StepObserver } from "../src/step.ts";
import { loadWebhooks, type PluginEntry } from "../src/webhook.ts";

/** A CREATE of a pod by alice, and whatever is to be otherwise. */
export function podRequest(facts: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return {
    uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
    kind: { group: "", version: "v1", kind: "Pod" },
    resource: { group: "", version: "v1", resource: "pods" },
    requestKind: { group: "", version: "v1", kind: "Pod" },
    requestResource: { group: "", version: "v1", resource: "pods" },
    name: "web",
    namespace: "default",
    operation: "CREATE",
    userInfo: { username: "alice", groups: ["system:authenticated"] },
    object: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", labels: { app: "web" } },
      spec: { containers: [{ name: "main", image: "nginx" }] },
    },
    oldObject: null,
    dryRun: false,
    options: { apiVersion: "meta.k8s.io/v1", kind: "CreateOptions" },
    ...facts,
  };
}

/** The body of a call. */
export function reviewOf(
  request: Partial<AdmissionRequest> = {},
  apiVersion: AdmissionReviewVersion = "admission.k8s.io/v1",
): string {
  return JSON.stringify({ apiVersion, kind: "AdmissionReview", request: podRequest(request) });
}

/** What a test needs of a pod's draft. */
export interface PodDraft {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: { containers: Record<string, unknown>[]; [key: string]: unknown };
  [key: string]: unknown;
}

/** What a handler in a test gets. */
export interface TestRequest {
  readonly object: PodDraft;
  readonly oldObject: PodDraft | null;
  readonly [key: string]: unknown;
}

/** A handler whose types are those of tests. */
export type Handler = (request: TestRequest, context: ReviewContext) => unknown;

/** What a plugin in a test may have beside its handlers. */
export interface Parts {
  mutate?: Handler;
  validate?: Handler;
  setup?: (context: unknown) => unknown;
  ready?: (state: unknown) => unknown;
  close?: (state: unknown) => unknown;
  reads?: readonly string[];
  writes?: Readonly<Record<string, readonly string[]>>;
  /** @default "None" */
  sideEffects?: string;
}

const rules = [
  { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE", "UPDATE"] },
];

/** A plugin for the creation and the update of pods. */
export function plugin(
  name: string,
  { mutate, validate, sideEffects = "None", ...parts }: Parts,
): Plugin {
  const definition = {
    name,
    ...parts,
    ...(mutate && { mutate: { rules, sideEffects, handle: mutate } }),
    ...(validate && { validate: { rules, sideEffects, handle: validate } }),
  };
  return definePlugin(definition as never)();
}

/** What every review's observer sees, kept. */
export interface Observed {
  readonly observer: StepObserver;
  readonly steps: string[];
  readonly late: string[];
  readonly errors: unknown[];
}

export function observed(): Observed {
  const steps: string[] = [];
  const late: string[] = [];
  const errors: unknown[] = [];
  const observer: StepObserver = {
    stepEnded: ({ name }) => void steps.push(name),
    lateVerb: ({ name }, verb) => void late.push(`${name} ${verb}`),
    lateError: (_plugin, error) => void errors.push(error),
  };
  return { observer, steps, late, errors };
}

/** Plugins as a pipeline has them, under their operator's policy. */
export async function loaded(
  plugins: readonly (Plugin | PluginEntry)[],
  log: Logger = silentLogger,
): Promise<readonly LoadedPlugin[]> {
  const [webhook] = await loadWebhooks({ "pods.example.com": { plugins } }, log);
  return webhook?.plugins ?? [];
}
