import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Cache } from "../cluster/caches.ts";
import type { Clock } from "../cluster/clock.ts";
import type { Behind } from "../cluster/fence.ts";
import type { LeaderElectionOptions } from "../leader-election-options.ts";
import type { MetricFamily } from "../plugin-metrics.ts";
import { createConcernedKeys, type ReconcilingPlugin } from "./concerned-keys.ts";
import { LEASE_DURATION_MS, type LeaderElection, startLeaderElection } from "./leader-election.ts";
import { createLeaseLock } from "./lease-lock.ts";
import { type ReconcileTerm, startReconcileTerm, type Tally } from "./reconcile-term.ts";

/** All plugins of a server that reconcile. */
export interface Reconcilers {
  metrics(): MetricFamily[];
  /** Begins nothing more, aborts what runs, and lets go of the Leases. */
  close(): Promise<void>;
}

/** What reconcilers work with. */
export interface ReconcilersOptions {
  readonly plugins: readonly ReconcilingPlugin[];
  readonly behind: Behind;
  readonly leaderElection: LeaderElectionOptions;
  readonly clock: Clock;
}

/** Each plugin reconciles from when its caches are filled, and while this server holds the plugin's Lease. */
export function startReconcilers(options: ReconcilersOptions): Reconcilers {
  const identity = options.leaderElection.identity ?? `${hostname()}_${randomUUID()}`;
  const all = options.plugins.map((plugin) => startReconciler(plugin, identity, options));
  const family = (
    name: string,
    help: string,
    type: MetricFamily["type"],
    samplesOf: (one: Reconciler) => Record<string, number> | number,
  ): MetricFamily => ({
    name: `gatewright_reconcile_${name}`,
    help,
    type,
    samples: all.flatMap((one) => {
      const value = samplesOf(one);
      if (typeof value === "number") return [{ labels: { plugin: one.plugin }, value }];
      return Object.entries(value).map(([result, number]) => ({
        labels: { plugin: one.plugin, result },
        value: number,
      }));
    }),
  });
  return {
    metrics: () => [
      family("total", "Objects reconciled, by what came of it", "counter", ({ tally }) => {
        const { success, requeue_after, error } = tally;
        return { success, requeue_after, error };
      }),
      family(
        "seconds_total",
        "Time that reconciling took",
        "counter",
        ({ tally }) => tally.seconds,
      ),
      family("active", "Objects that are being reconciled", "gauge", ({ tally }) => tally.active),
      family("queue_depth", "Objects that wait for their turn", "gauge", (one) => one.depth()),
      family("leader", "1 where this server holds the plugin's Lease", "gauge", (one) =>
        Number(one.isLeading()),
      ),
    ],
    async close() {
      await Promise.all(all.map((one) => one.close()));
    },
  };
}

interface Reconciler {
  readonly plugin: string;
  readonly tally: Tally;
  depth(): number;
  isLeading(): boolean;
  close(): Promise<void>;
}

function startReconciler(
  plugin: ReconcilingPlugin,
  identity: string,
  { behind, leaderElection, clock }: ReconcilersOptions,
): Reconciler {
  const { connection } = behind;
  // What a plugin reconciles it reads, and what is read has a cache.
  const cacheOf = (resource: string) => behind.cacheOf(resource) as Cache;
  const { resource, watches } = plugin.reconcile;
  const name = `gatewright-${plugin.name}`;
  const { namespace = connection.namespace } = leaderElection;
  const log = plugin.log.child({ lease: `${namespace}/${name}` });
  const tally: Tally = { success: 0, requeue_after: 0, error: 0, seconds: 0, active: 0 };
  const closing = Promise.withResolvers<"closed">();
  let term: ReconcileTerm | undefined;
  let election: LeaderElection | undefined;
  const begin = async (): Promise<void> => {
    const synced = Promise.all([resource, ...watches.keys()].map((one) => cacheOf(one).synced));
    if ((await Promise.race([synced, closing.promise])) === "closed") return;
    const leaseDurationMs = LEASE_DURATION_MS;
    election = startLeaderElection({
      lock: createLeaseLock({ connection, name, namespace, identity, leaseDurationMs, clock }),
      clock,
      log,
      does: "reconciles",
      lead(isHeld) {
        const keys = createConcernedKeys(plugin, cacheOf);
        const cache = cacheOf(resource);
        const started = startReconcileTerm({ plugin, keys, cache, tally, clock, isHeld });
        term = started;
        return started;
      },
    });
  };
  const begun = begin();
  return {
    plugin: plugin.name,
    tally,
    depth: () => (election?.isLeading() === true ? (term?.depth() ?? 0) : 0),
    isLeading: () => election?.isLeading() ?? false,
    async close() {
      closing.resolve("closed");
      await begun;
      await election?.close();
    },
  };
}
