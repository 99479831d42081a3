import { randomUUID } from "node:crypto";
import type { AdmissionObject, AdmissionRequest, Operation } from "@gatewright/core";
import { parseResource, resourceOfKind, splitApiVersion } from "./resources.ts";
import { type UserFacts, userInfoOf } from "./user-info.ts";

/** A Kubernetes object, however exactly it is typed. */
export interface AnyObject {
  apiVersion?: string;
  kind?: string;
  metadata?: { name?: string; generateName?: string; namespace?: string };
}

/** What a request says beside its object. */
export interface RequestFacts extends UserFacts {
  /** @default false */
  dryRun?: boolean;
  /** `"status"`, `"ephemeralcontainers"`, `"scale"`, … */
  subResource?: string;
  /**
   * `""` for a custom resource that is cluster-scoped.
   * @default the object's; else "default", but none for built-in kinds that are cluster-scoped
   */
  namespace?: string;
  /**
   * `""` on each item of a deletecollection.
   * @default the object's; a CREATE with `generateName` has none
   */
  name?: string;
  /**
   * The resource, where the kind does not tell: `"widgets"` of the object's own group and version, or
   * `"apps/v1/deployments"`.
   * @default the kind's usual plural
   */
  resource?: string;
  /** Fields of the CreateOptions, UpdateOptions or DeleteOptions, such as `fieldManager`. */
  options?: object;
  /** @default a random one */
  uid?: string;
}

/** What a CONNECT says: `options` are those of the subresource, such as the command of an exec. */
export interface ConnectFacts extends Omit<RequestFacts, "dryRun"> {
  subResource: "attach" | "exec" | "portforward" | "proxy";
}

/** What an eviction says beside its pod. */
export interface EvictionFacts extends Omit<RequestFacts, "subResource" | "resource"> {
  /** The Eviction's own, such as `{ gracePeriodSeconds: 0 }`; a dry run may stand here alone. */
  deleteOptions?: object;
}

/**
 * A CREATE, complete as kube-apiserver sends it to mutating webhooks; but it has filled in the kind's
 * defaults by then, which takes a cluster. The object is copied.
 *
 * @example
 * creates(pod, { user: "bob", groups: ["developers"], dryRun: true })
 * creates(binding, { resource: "v1/pods", subResource: "binding" })
 */
export function creates<T extends AnyObject>(
  object: T,
  facts: RequestFacts = {},
): AdmissionRequest {
  return build("CREATE", object, { object }, "CreateOptions", facts);
}

/**
 * An UPDATE: what PUT, PATCH and server-side apply send alike.
 *
 * @example
 * updates(pod, { ...pod, status }, { subResource: "status" })
 */
export function updates<T extends AnyObject, U extends AnyObject>(
  oldObject: T,
  object: U,
  facts: RequestFacts = {},
): AdmissionRequest {
  return build("UPDATE", object, { object, oldObject }, "UpdateOptions", facts);
}

/**
 * A DELETE of one object.
 *
 * @example
 * deletes(pod, { options: { gracePeriodSeconds: 0 } })   // by force
 * deletes(pod, { name: "" })                             // as an item of a deletecollection
 */
export function deletes<T extends AnyObject>(
  oldObject: T,
  facts: RequestFacts = {},
): AdmissionRequest {
  return build("DELETE", oldObject, { oldObject }, "DeleteOptions", facts);
}

/** An eviction, as `kubectl drain` sends it: the CREATE of a `policy/v1` Eviction on `pods/eviction`. */
export function evicts<T extends AnyObject>(pod: T, facts: EvictionFacts = {}): AdmissionRequest {
  const { deleteOptions, ...rest } = facts;
  const { name, namespace } = pod.metadata ?? {};
  const eviction = {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
    },
    ...(deleteOptions === undefined ? {} : { deleteOptions }),
  };
  return creates(eviction, { ...rest, resource: "v1/pods", subResource: "eviction" });
}

const connectKinds: Readonly<Record<string, string>> = {
  "Pod/attach": "PodAttachOptions",
  "Pod/exec": "PodExecOptions",
  "Pod/portforward": "PodPortForwardOptions",
  "Pod/proxy": "PodProxyOptions",
  "Service/proxy": "ServiceProxyOptions",
  "Node/proxy": "NodeProxyOptions",
};

/**
 * A CONNECT to a pod, a service or a node; `request.object` is the subresource's options.
 *
 * @example
 * connects(pod, { subResource: "exec", options: { container: "web", command: ["sh"], stdin: true } })
 */
export function connects<T extends AnyObject>(to: T, facts: ConnectFacts): AdmissionRequest {
  const { options, ...rest } = facts;
  const kind = connectKinds[`${to.kind}/${facts.subResource}`];
  if (kind === undefined) {
    throw new Error(`no ${to.kind}/${facts.subResource}: ${Object.keys(connectKinds).join(", ")}`);
  }
  const request = build("CONNECT", to, {}, undefined, rest);
  const object = { kind, apiVersion: "v1", ...plain(options ?? {}) };
  const asked = { group: "", version: "v1", kind };
  return { ...request, kind: asked, requestKind: asked, object };
}

/** The same request as a dry run. */
export function asDryRun(request: AdmissionRequest): AdmissionRequest {
  const { options } = request;
  return {
    ...request,
    dryRun: true,
    ...(options ? { options: { ...options, dryRun: ["All"] } } : {}),
  };
}

function build(
  operation: Operation,
  about: AnyObject,
  objects: { object?: AnyObject; oldObject?: AnyObject },
  optionsKind: string | undefined,
  facts: RequestFacts,
): AdmissionRequest {
  const { apiVersion, kind, metadata = {} } = about;
  if (!apiVersion || !kind) throw new Error(`${operation}: the object lacks apiVersion or kind`);
  const [group, version] = splitApiVersion(apiVersion);
  const asked = { group, version, kind };
  const { namespaced, ...resource } =
    facts.resource === undefined
      ? resourceOfKind(apiVersion, kind)
      : { ...parseResource(facts.resource, apiVersion), namespaced: undefined };
  const name = facts.name ?? metadata.name ?? "";
  if (operation === "CREATE" && name === "" && !metadata.generateName) {
    throw new Error(`CREATE: the ${kind} has neither metadata.name nor metadata.generateName`);
  }
  const own = group === "" && kind === "Namespace";
  const inNamespace =
    own || namespaced === false ? "" : (facts.namespace ?? metadata.namespace ?? "default");
  const namespace = own ? name : inNamespace;
  const place = (object: AnyObject | undefined): AdmissionObject | null =>
    object === undefined ? null : placed(object, inNamespace);
  const { subResource = "", dryRun = false } = facts;
  const request: AdmissionRequest = {
    uid: facts.uid ?? randomUUID(),
    kind: asked,
    resource,
    ...(subResource === "" ? {} : { subResource }),
    requestKind: asked,
    requestResource: resource,
    ...(subResource === "" ? {} : { requestSubResource: subResource }),
    // Go's omitempty: what is empty is not there.
    ...(name === "" ? {} : { name }),
    ...(namespace === "" ? {} : { namespace }),
    operation,
    userInfo: userInfoOf(facts),
    object: place(objects.object),
    oldObject: place(objects.oldObject),
    dryRun,
    options:
      optionsKind === undefined
        ? null
        : { kind: optionsKind, apiVersion: "meta.k8s.io/v1", ...plain(facts.options ?? {}) },
  };
  return dryRun ? asDryRun(request) : request;
}

/** A copy with its namespace filled in, as the API server does before it asks webhooks. */
export function placed(object: AnyObject, namespace: string): AdmissionObject {
  const copy = plain(object) as AdmissionObject;
  if (namespace === "") return copy;
  const own = copy.metadata?.namespace;
  if (own && own !== namespace) {
    // kube-apiserver answers 400 before any webhook is called.
    throw new Error(`the ${copy.kind} is in namespace "${own}", the request in "${namespace}"`);
  }
  copy.metadata = { ...copy.metadata, namespace };
  return copy;
}

/** Through JSON, because that is how it will arrive: undefined members are no members. */
function plain(value: object): object {
  return JSON.parse(JSON.stringify(value)) as object;
}
