import type { PluginMetrics } from "@gatewright/core";
import type { Reason } from "./decision.ts";

/** What the guard counts, a cluster's name as label. */
export interface GuardMetrics {
  /** One cluster's numbers. */
  readonly of: (cluster: string) => ClusterMetrics;
}

/** One cluster's numbers. */
export interface ClusterMetrics {
  /** What a look at the cluster showed; undefined where it could not be read. */
  looked(seen: { voters: number; healthy: number } | undefined): void;
  /** How many members may go, or are on their way. */
  grants(held: number): void;
  verdict(verdict: "allow" | "deny", reason: Reason): void;
}

/** Declares them. A cluster that was never looked at has no gauges: no number is better than a wrong one. */
export function createGuardMetrics({ counter, gauge }: PluginMetrics): GuardMetrics {
  const labelNames = ["cluster"] as const;
  const members = gauge({
    name: "members",
    help: "Voters of the guarded etcd cluster, healthy or not",
    labelNames,
  });
  const healthy = gauge({
    name: "members_healthy",
    help: "Voters that carry the guarded etcd cluster; 0 where it cannot be read",
    labelNames,
  });
  const leader = gauge({
    name: "leader_known",
    help: "1 where a majority of voters names one leader, else 0",
    labelNames,
  });
  const held = gauge({
    name: "grants_held",
    help: "Members whose pods may go and that are not back yet",
    labelNames,
  });
  const verdicts = counter({
    name: "verdicts_total",
    help: "Departures of guarded pods, by verdict and reason; dry runs too",
    labelNames: ["cluster", "verdict", "reason"],
  });
  return {
    of: (cluster) => ({
      looked(seen) {
        if (seen !== undefined) members.set({ cluster }, seen.voters);
        healthy.set({ cluster }, seen?.healthy ?? 0);
        leader.set({ cluster }, seen === undefined ? 0 : 1);
      },
      grants: (count) => held.set({ cluster }, count),
      verdict: (verdict, reason) => verdicts.add({ cluster, verdict, reason }),
    }),
  };
}
