import type { Operation, Rule } from "@gatewright/core";
import type { Config } from "./config.ts";
import { countedBy, countsObjectsOf } from "./counted-resource.ts";
import { limitedResources } from "./limit-range.ts";
import { canBeLeft } from "./rule-change.ts";

/**
 * What the hook must see under a configuration, and nothing else: writes of what is kept, of what is counted or limited,
 * the end of what the system has put into a namespace, and changes of namespaces where they can change the rule. A key that counts nothing is left out: the server will not start.
 */
export function webhookRules({ rules, builtIn }: Config): Rule[] {
  const seen = new Map<string, Set<Operation>>();
  const see = (resource: string, ...operations: Operation[]) => {
    const known = seen.get(resource) ?? new Set();
    for (const operation of operations) known.add(operation);
    seen.set(resource, known);
  };
  see("resourcequotas", "CREATE", "UPDATE", "DELETE");
  see("resourcequotas/status", "UPDATE");
  for (const { quota, limitRange } of rules) {
    for (const key of Object.keys(quota)) {
      const counted = countedBy(key);
      if (counted === undefined) continue;
      see(counted.resource, "CREATE");
      for (const sub of counted.updates) see(withSubresource(counted.resource, sub), "UPDATE");
      for (const resource of Object.keys(builtIn)) {
        if (countsObjectsOf(key, resource)) see(resource, "DELETE");
      }
    }
    if (limitRange !== undefined) see("limitranges", "CREATE", "UPDATE", "DELETE");
    for (const resource of limitedResources(limitRange)) see(resource, "CREATE");
  }
  const all = [...byOperations(seen).values()];
  // All three: what is written to a subresource of a namespace keeps its labels and annotations.
  const resources = ["namespaces", "namespaces/status", "namespaces/finalize"];
  if (rules.some(canBeLeft)) all.push(rule("", resources, ["UPDATE"], "Cluster"));
  return all;
}

function rule(
  apiGroup: string,
  resources: readonly string[],
  operations: readonly Operation[],
  scope: "Namespaced" | "Cluster",
): Rule {
  return { apiGroups: [apiGroup], apiVersions: ["*"], resources, operations, scope };
}

/** `pods`, `pods/resize`; the group stays at the end: `jobs/status.batch`. */
function withSubresource(resource: string, subResource: string): string {
  if (subResource === "") return resource;
  const [plural, ...group] = resource.split(".");
  return [`${plural}/${subResource}`, ...group].join(".");
}

/** One rule for all resources of a group that are seen alike. */
function byOperations(seen: ReadonlyMap<string, ReadonlySet<Operation>>): Map<string, Rule> {
  const merged = new Map<string, Rule>();
  for (const [key, operations] of seen) {
    const [resource = "", ...group] = key.split(".");
    const apiGroup = group.join(".");
    const id = `${apiGroup} ${[...operations].sort().join()}`;
    const { resources = [] } = merged.get(id) ?? {};
    merged.set(id, rule(apiGroup, [...resources, resource], [...operations], "Namespaced"));
  }
  return merged;
}
