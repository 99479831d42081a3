import type { PluginMetrics } from "@gatewright/core";

/** What a namespace is, as it is counted. */
export type Condition = "owned" | "unowned" | "missing" | "malformed";

/** How many namespaces are what, as the replica that keeps the RoleBindings has seen them. */
export interface TenancyMetrics {
  /** @returns what the namespace was before, undefined for one that was not seen */
  saw(namespace: string, condition: Condition | undefined): Condition | undefined;
}

/** Declares the gauge. It says nothing until the first namespace was looked at. */
export function createTenancyMetrics({ gauge }: PluginMetrics): TenancyMetrics {
  const namespaces = gauge({
    name: "namespaces",
    help: "Namespaces by whom they belong to: owned, unowned, missing or malformed; the latter two are closed",
    labelNames: ["ownership"],
  });
  const seen = new Map<string, Condition>();
  const counts: Record<Condition, number> = { owned: 0, unowned: 0, missing: 0, malformed: 0 };
  return {
    saw(namespace, condition) {
      const before = seen.get(namespace);
      if (before === condition) return before;
      if (before !== undefined) counts[before]--;
      if (condition === undefined) {
        seen.delete(namespace);
      } else {
        seen.set(namespace, condition);
        counts[condition]++;
      }
      for (const [ownership, count] of Object.entries(counts)) namespaces.set({ ownership }, count);
      return before;
    },
  };
}
