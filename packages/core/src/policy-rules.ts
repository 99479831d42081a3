import type { LoadedPlugin } from "./loaded-plugin.ts";
import { parseResourceKey } from "./resource-key.ts";

/** What RBAC is to let the server do with one resource: a rule of a ClusterRole. */
export interface PolicyRule {
  /** `""` is the core group. */
  readonly apiGroups: readonly [string];
  /** With a subresource: `namespaces/status`. */
  readonly resources: readonly [string];
  readonly verbs: readonly string[];
  /** The names of the objects that it is about; left out where it is about all of them. */
  readonly resourceNames?: readonly string[];
}

/** What caches need, and reads on a miss. */
const READ = ["get", "list", "watch"];

/**
 * What RBAC is to let a server do for its plugins, and no more: one rule for each resource, in their order; and for
 * those that reconcile their Leases.
 */
export function policyRules(
  plugins: readonly Pick<LoadedPlugin, "name" | "access" | "reconcile">[],
): PolicyRule[] {
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
  for (const { access } of plugins) {
    for (const key of access.reads) allow(key, READ);
    for (const [key, verbs] of access.writes) allow(key, verbs);
  }
  const declared = [...rules.values()].map(
    ({ group, resource, verbs }): PolicyRule => ({
      apiGroups: [group],
      resources: [resource],
      verbs: [...verbs],
    }),
  );
  const leases = plugins.flatMap(({ name, reconcile }) =>
    reconcile === undefined ? [] : [`gatewright-${name}`],
  );
  return [...declared, ...leaseRules(leases)];
}

/** By their names: with the Leases of others one could stop the controllers of the cluster. */
function leaseRules(resourceNames: readonly string[]): PolicyRule[] {
  if (resourceNames.length === 0) return [];
  const leases = { apiGroups: ["coordination.k8s.io"], resources: ["leases"] } as const;
  // What is yet to be made has no name that RBAC knows.
  return [
    { ...leases, verbs: ["create"] },
    { ...leases, verbs: ["get", "update"], resourceNames },
  ];
}
