import type { LoadedPlugin } from "./loaded-plugin.ts";
import type { PolicyRule } from "./policy-rule.ts";
import { parseResourceKey } from "./resource-key.ts";

/** What caches need, and reads on a miss. */
const READ = ["get", "list", "watch"];

/**
 * What RBAC is to let a server do for its plugins, and no more: one rule for each resource, in their order; what else
 * they declare; and for those that reconcile their Leases.
 */
export function policyRules(
  plugins: readonly Pick<LoadedPlugin, "name" | "access" | "policyRules" | "reconcile">[],
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
  const others = plugins.flatMap((plugin) => plugin.policyRules);
  return [...declared, ...others, ...leaseRules(leases)];
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
