import type { ClusterAccess } from "./cluster-access.ts";
import { parseResourceKey } from "./resource-key.ts";

/** What RBAC is to let the server do with one resource: a rule of a ClusterRole. */
export interface PolicyRule {
  /** `""` is the core group. */
  readonly apiGroups: readonly [string];
  /** With a subresource: `namespaces/status`. */
  readonly resources: readonly [string];
  readonly verbs: readonly string[];
}

/** What caches need, and reads on a miss. */
const READ = ["get", "list", "watch"];

/** What RBAC is to let a server do for its plugins, and no more: one rule for each resource, in their order. */
export function policyRules(accesses: readonly ClusterAccess[]): PolicyRule[] {
  const rules = new Map<string, { group: string; resource: string; verbs: Set<string> }>();
  const allow = (key: string, verbs: Iterable<string>): void => {
    const parts = parseResourceKey(key);
    if (parts === undefined) return;
    const { group, subresource } = parts;
    const resource =
      subresource === undefined ? parts.resource : `${parts.resource}/${subresource}`;
    // RBAC knows no versions.
    const id = `${group}/${resource}`;
    const rule = rules.get(id) ?? { group, resource, verbs: new Set<string>() };
    for (const verb of verbs) rule.verbs.add(verb);
    rules.set(id, rule);
  };
  for (const { reads, writes } of accesses) {
    for (const key of reads) allow(key, READ);
    for (const [key, verbs] of writes) allow(key, verbs);
  }
  return [...rules.values()].map(({ group, resource, verbs }) => ({
    apiGroups: [group],
    resources: [resource],
    verbs: [...verbs],
  }));
}
