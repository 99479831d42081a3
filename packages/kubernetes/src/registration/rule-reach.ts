import type { Rule } from "@gatewright/core";

/** A resource of the API server, without a version: rules of any version may reach it. */
export interface ReachedResource {
  /** `""` is the core group, `*` any. */
  readonly group: string;
  /** `*` is any of the group. */
  readonly resource: string;
  /** @default either */
  readonly scope?: "Cluster" | "Namespaced";
}

/**
 * Whether a request for the resource, or for one of its subresources, can match the rule. A rule of one subresource
 * (`pods/eviction`) reaches its resource, too: what is excluded is so with everything below it.
 */
export function reaches(rule: Rule, { group, resource, scope }: ReachedResource): boolean {
  if (scope !== undefined && ![scope, "*"].includes(rule.scope ?? "*")) return false;
  return names(rule.apiGroups, group) && names(rule.resources.map(resourceOf), resource);
}

/** Whether the rule names it, and does not only reach it by a `*`. */
export function reachesByName(rule: Rule, reached: ReachedResource): boolean {
  const { group, resource } = reached;
  const named = resource === "*" ? rule.apiGroups.includes(group) : isListed(rule, resource);
  return named && reaches(rule, reached);
}

function isListed(rule: Rule, resource: string): boolean {
  return rule.resources.map(resourceOf).includes(resource);
}

function names(listed: readonly string[], one: string): boolean {
  return one === "*" || listed.includes("*") || listed.includes(one);
}

/** `nodes` of `nodes/status`. */
function resourceOf(listed: string): string {
  return listed.split("/", 1)[0] ?? listed;
}
