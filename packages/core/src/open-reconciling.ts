import type { Behind } from "./cluster/fence.ts";
import { type Clock, systemClock } from "./cluster/clock.ts";
import type { LeaderElectionOptions } from "./leader-election-options.ts";
import type { LoadedPlugin } from "./loaded-plugin.ts";
import type { MetricFamily } from "./plugin-metrics.ts";
import type { ReconcilingPlugin } from "./reconcile/concerned-keys.ts";

/** What the plugins of one pipeline reconcile. */
export interface Reconciling {
  metrics(): MetricFamily[];
  /** All that there is, until nothing is left to do, where they do not do so by themselves. */
  reconcile(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Lets plugins reconcile that do, and whose operator wants what they say to hold: in `warn` and `audit` a plugin
 * changes nothing.
 */
export async function openReconciling(
  plugins: readonly LoadedPlugin[],
  behind: Behind | undefined,
  options: { reconcile?: boolean; leaderElection?: LeaderElectionOptions | undefined },
  clock: Clock = systemClock,
): Promise<Reconciling> {
  const all = plugins.filter(
    (plugin): plugin is ReconcilingPlugin => plugin.reconcile !== undefined,
  );
  const enforced = all.filter(({ enforcement }) => enforcement === "enforce");
  const byItself = options.reconcile !== false;
  if (byItself) {
    for (const { enforcement, log } of all) {
      if (enforcement !== "enforce") log.info({ enforcement }, "does not reconcile");
    }
  }
  if (behind === undefined || enforced.length === 0 || !byItself) {
    return {
      metrics: () => [],
      async reconcile() {
        if (behind === undefined || enforced.length === 0) return;
        const { reconcileAll } = await import("./reconcile/reconcile-all.ts");
        await reconcileAll(enforced, behind);
      },
      close: async () => {},
    };
  }
  // A server without such a plugin starts without this code.
  const { startReconcilers } = await import("./reconcile/reconcilers.ts");
  const { leaderElection = {} } = options;
  return {
    ...startReconcilers({ plugins: enforced, behind, leaderElection, clock }),
    reconcile: () => Promise.reject(new Error("this pipeline reconciles by itself")),
  };
}
