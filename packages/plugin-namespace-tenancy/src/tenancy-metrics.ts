import type { PluginMetrics } from "@gatewright/core";

/** What a namespace is, as it is counted. */
export type Condition = "owned" | "unowned" | "missing" | "malformed";

/** How many namespaces are what, as the replica that keeps the RoleBindings has seen them. */
export interface TenancyMetrics {
  /**
   * @param condition undefined for a namespace that is gone
   * @param term aborts when another replica takes over: then the numbers are that one's
   * @returns what the namespace was before, undefined for one that was not seen in this term
   */
  saw(
    namespace: string,
    condition: Condition | undefined,
    term: AbortSignal,
  ): Condition | undefined;
}

const CONDITIONS: readonly Condition[] = ["owned", "unowned", "missing", "malformed"];

/** Declares the gauge. It is there while this replica leads, and has looked at a namespace. */
export function createTenancyMetrics({ gauge }: PluginMetrics): TenancyMetrics {
  const namespaces = gauge({
    name: "namespaces",
    help: "Namespaces by whom they belong to: owned, unowned, missing or malformed; the latter two are closed",
    labelNames: ["ownership"],
  });
  const seen = new Map<string, Condition>();
  const counts = new Map<Condition, number>();
  let current: AbortSignal | undefined;
  const add = (condition: Condition, by: number) => {
    counts.set(condition, (counts.get(condition) ?? 0) + by);
  };
  const begin = (term: AbortSignal) => {
    if (term === current) return;
    current = term;
    seen.clear();
    counts.clear();
    term.addEventListener(
      "abort",
      () => {
        if (term !== current) return;
        for (const ownership of CONDITIONS) namespaces.remove({ ownership });
      },
      { once: true },
    );
  };
  return {
    saw(namespace, condition, term) {
      // What is said of an object after the end would not be taken away again.
      if (term.aborted) return condition;
      begin(term);
      const before = seen.get(namespace);
      if (before !== undefined) add(before, -1);
      if (condition === undefined) seen.delete(namespace);
      else {
        seen.set(namespace, condition);
        add(condition, 1);
      }
      for (const ownership of CONDITIONS) {
        namespaces.set({ ownership }, counts.get(ownership) ?? 0);
      }
      return before;
    },
  };
}
