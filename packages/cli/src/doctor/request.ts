import { builtinResources } from "./builtin-resources.ts";
import type { Labels } from "./label-selector.ts";

/** A request that somebody could make: as much of it as decides which webhooks are called. */
export interface Request {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** `""` for the resource itself. */
  readonly subresource: string;
  /** `""` for a resource without namespaces; a Namespace's own name is not one. */
  readonly namespace: string;
  readonly name: string;
  /** Undefined for an object without metadata: the options of a CONNECT. */
  readonly labels: Labels | undefined;
  readonly username: string;
  readonly groups: readonly string[];
}

/** What one says of a request in short. */
export interface RequestInShort {
  readonly operation?: Request["operation"];
  readonly namespace?: string;
  readonly name?: string;
  readonly labels?: Labels;
  readonly username?: string;
  readonly groups?: readonly string[];
}

/**
 * A request for `apps/v1/deployments/scale`, `v1/pods`: by default a CREATE by an administrator, in the namespace
 * `default` where the resource is Kubernetes' own and has one.
 *
 * @example
 * requestFor("v1/pods/eviction", { namespace: "shop" })
 */
export function requestFor(resource: string, given: RequestInShort = {}): Request {
  const parts = resource.split("/");
  const group = /^v\d/.test(parts[0] ?? "") ? "" : (parts.shift() ?? "");
  const [version = "", plural = "", subresource = ""] = parts;
  const operation = given.operation ?? "CREATE";
  return {
    operation,
    group,
    version,
    resource: plural,
    subresource,
    namespace: given.namespace ?? (isNamespaced(group, plural) ? "default" : ""),
    name: given.name ?? "example",
    labels: operation === "CONNECT" ? undefined : (given.labels ?? {}),
    username: given.username ?? "kubernetes-admin",
    groups: given.groups ?? ["system:masters", "system:authenticated"],
  };
}

function isNamespaced(group: string, resource: string): boolean {
  return builtinResources.some(
    (served) => served.group === group && served.resource === resource && served.namespaced,
  );
}

/** `CREATE pods/eviction`. */
export function requestText({ operation, group, resource, subresource }: Request): string {
  const of = group === "" ? resource : `${resource}.${group}`;
  return `${operation} ${subresource === "" ? of : `${of}/${subresource}`}`;
}
