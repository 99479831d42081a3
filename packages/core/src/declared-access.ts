import type { WriteVerb } from "./cluster.ts";
import type { ClusterAccess } from "./cluster-access.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { AnyPluginDefinition } from "./plugin.ts";
import { parseResourceKey, type ResourceParts } from "./resource-key.ts";

const VERBS: readonly WriteVerb[] = ["create", "update", "patch", "delete"];

/** Of a plugin that declares neither `reads` nor `writes`. */
const NO_ACCESS: ClusterAccess = { reads: new Set(), writes: new Map() };

/**
 * What of the cluster a plugin declares under its configuration; or what is wrong with that, each with
 * what to write instead.
 */
export function declaredAccess(
  { reads, writes, reconcile }: AnyPluginDefinition,
  config: unknown,
): ClusterAccess | string[] {
  if (reads === undefined && writes === undefined && reconcile === undefined) return NO_ACCESS;
  const wrong: string[] = [];
  const read = evaluated("reads", reads ?? [], config, wrong);
  const written = evaluated("writes", writes ?? {}, config, wrong);
  wrong.push(...checkReads(read), ...checkWrites(written));
  if (wrong.length > 0) return wrong;
  const verbs = Object.entries(written as Record<string, readonly WriteVerb[]>);
  return {
    reads: new Set([...(read as readonly string[]), ...followedBy(reconcile)]),
    writes: new Map(verbs.map(([resource, each]) => [resource, new Set(each)])),
  };
}

/** What `reconcile` names is followed: it is read without being said so twice. */
function followedBy(hook: AnyPluginDefinition["reconcile"]): string[] {
  return hook === undefined ? [] : [hook.resource, ...Object.keys(hook.watches ?? {})];
}

function evaluated(
  key: "reads" | "writes",
  declared: unknown,
  config: unknown,
  wrong: string[],
): unknown {
  if (typeof declared !== "function") return declared;
  try {
    return (declared as (config: unknown) => unknown)(config);
  } catch (error) {
    wrong.push(`${key} threw: ${String(error)}`);
    return key === "reads" ? [] : {};
  }
}

function* checkReads(reads: unknown): Generator<string> {
  if (!Array.isArray(reads)) {
    yield 'reads must be a list of resources: ["v1/namespaces"]';
    return;
  }
  for (const [index, resource] of reads.entries()) yield* checkRead(resource, `reads[${index}]`);
}

/** What is wrong with a resource that is to be read, at `at` in a declaration. */
export function* checkRead(resource: unknown, at: string): Generator<string> {
  yield* checkResource(resource, at);
  const parts = typeof resource === "string" ? parseResourceKey(resource) : undefined;
  if (parts?.subresource !== undefined) {
    const key = resource as string;
    const whole = key.slice(0, -parts.subresource.length - 1);
    yield `${at}: "${key}" cannot be read by itself: it is a part of "${whole}"`;
  }
}

function* checkWrites(writes: unknown): Generator<string> {
  if (typeof writes !== "object" || writes === null || Array.isArray(writes)) {
    yield 'writes must be verbs by resource: { "v1/configmaps": ["create", "delete"] }';
    return;
  }
  for (const [resource, verbs] of Object.entries(writes as Record<string, unknown>)) {
    yield* checkResource(resource, "writes");
    const at = `writes["${resource}"]`;
    if (!Array.isArray(verbs) || verbs.length === 0) {
      yield `${at} must list one of ${VERBS.join(", ")} at least`;
      continue;
    }
    for (const verb of verbs as unknown[]) {
      if (VERBS.includes(verb as WriteVerb)) continue;
      yield verb === "apply"
        ? `${at}: "apply" takes "create" and "patch", as RBAC has them`
        : `${at}: ${JSON.stringify(verb)} is no verb${didYouMean(String(verb), VERBS)}; there are ${VERBS.join(", ")}`;
    }
  }
}

function* checkResource(resource: unknown, at: string): Generator<string> {
  const parts = typeof resource === "string" ? parseResourceKey(resource) : undefined;
  if (parts !== undefined) {
    const plural = pluralOf(parts);
    if (plural === parts.resource) return;
    const meant = (resource as string).replace(`/${parts.resource}`, `/${plural}`);
    yield `${at}: "${resource as string}" is no resource: they are plural (did you mean "${meant}"?)`;
    return;
  }
  const advice =
    typeof resource === "string" && resource.includes("*")
      ? "name each resource: a wildcard would give the plugin all of the cluster"
      : 'write the apiVersion, a slash and the plural: "v1/namespaces", "apps/v1/deployments"';
  yield `${at}: ${JSON.stringify(resource)} is no resource: ${advice}`;
}

/** Groups that only Kubernetes itself has, and the beginnings of those that end in `.k8s.io`. */
const OWN_GROUPS = new Set(["", "apps", "autoscaling", "batch", "policy"]);
const OWN_K8S_IO = new Set([
  "admissionregistration",
  "apiextensions",
  "apiregistration",
  "authentication",
  "authorization",
  "certificates",
  "coordination",
  "discovery",
  "events",
  "flowcontrol.apiserver",
  "networking",
  "node",
  "rbac.authorization",
  "resource",
  "scheduling",
  "storage",
  "storagemigration",
]);

/**
 * The plural of what may be a built-in resource's singular; each of their plurals ends in one `s`. Custom resources
 * may have any plural.
 */
function pluralOf({ group, resource }: ResourceParts): string {
  const [, beginning = ""] = /^(.*)\.k8s\.io$/.exec(group) ?? [];
  if (!OWN_GROUPS.has(group) && !OWN_K8S_IO.has(beginning)) return resource;
  if (/(?:ss|status)$/.test(resource)) return `${resource}es`;
  if (resource.endsWith("s")) return resource;
  return /[^aeiou]y$/.test(resource) ? `${resource.slice(0, -1)}ies` : `${resource}s`;
}
