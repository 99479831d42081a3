import type { Cache } from "../cluster/caches.ts";
import type { Clock } from "../cluster/clock.ts";
import { type ConcernedKeys, type ReconcilingPlugin, shownKey } from "./concerned-keys.ts";
import { handleObject, reconcileEnded } from "./handle-object.ts";
import { startWorkQueue } from "./work-queue.ts";

/** What one plugin's reconciling came to, over all its terms. */
export interface Tally {
  success: number;
  requeue_after: number;
  error: number;
  seconds: number;
  active: number;
}

/** A plugin at work, for as long as its server holds the Lease. */
export interface ReconcileTerm {
  /** How many objects wait for their turn. */
  depth(): number;
  /** Aborts what runs, begins nothing more, and resolves when nothing runs any more. */
  end(): Promise<void>;
}

/** What a term works with. */
export interface ReconcileTermOptions {
  readonly plugin: ReconcilingPlugin;
  readonly keys: ConcernedKeys;
  /** Of the plugin's `resource`. */
  readonly cache: Cache;
  readonly tally: Tally;
  readonly clock: Clock;
  isHeld(): boolean;
}

/** What runs for so long is logged: nothing ends it. */
const LONG_MS = 60_000;

/** Begins to reconcile: everything that there is, and then what changes. */
export function startReconcileTerm(options: ReconcileTermOptions): ReconcileTerm {
  const { plugin, keys, cache, tally, clock, isHeld } = options;
  const ending = new AbortController();
  const { signal } = ending;

  const work = async (key: string): Promise<void> => {
    const log = plugin.log.child({ object: shownKey(key) });
    const started = clock.now();
    const done = new AbortController();
    const watching = clock.delay(LONG_MS, done.signal).then(() => {
      if (!done.signal.aborted) log.warn("reconcile has been running for a minute");
    });
    tally.active++;
    try {
      const seconds = await handleObject(plugin, key, cache, { signal, isHeld });
      tally[seconds > 0 ? "requeue_after" : "success"]++;
      const failures = queue.forget(key);
      if (failures > 0) log.info({ failures }, "reconciled, after failures");
      if (seconds > 0) queue.addAfter(key, seconds * 1_000);
    } catch (err) {
      if (signal.aborted) log.debug({ err }, "reconcile was aborted");
      else {
        tally.error++;
        const level = queue.retry(key) === 0 ? "warn" : "debug";
        log[level]({ err }, "reconcile threw; it is tried again");
      }
    } finally {
      tally.active--;
      tally.seconds += (clock.now() - started) / 1_000;
      done.abort();
      await watching;
    }
  };

  const concurrency = plugin.reconcile.maxConcurrentReconciles;
  const queue = startWorkQueue({ work, concurrency, clock, signal });
  const unfollow = keys.follow(queue.add);
  // What changes now need not wait for thousands that are most likely as they should be.
  for (const key of keys.all()) queue.addLast(key);
  return {
    depth: queue.depth,
    end() {
      unfollow();
      ending.abort(reconcileEnded(`plugin "${plugin.name}" went on`));
      return queue.ended();
    },
  };
}
