import type { Logger } from "@gatewright/core";
import type { ClusterView } from "./cluster-view.ts";
import type { Grants } from "./grants.ts";
import type { ClusterMetrics } from "./guard-metrics.ts";
import type { Taken } from "./judgement.ts";
import type { SpareLease } from "./leasing.ts";
import { isReadable } from "./picture.ts";

/** While a member is on its way, every replica looks this often, to see it go and come back. */
const WITH_GRANTS_MS = 500;

/** A look at a cluster now and then, from which metrics, membership and the end of grants come. */
export interface Watch {
  /** Looks soon, and not only at the next time; a grant was taken. */
  hurry(): void;
  /** Gives a grant back at the next look, and the one after that, until etcd has taken it. */
  giveBackLater(taking: Taken): void;
  /** Ends it, after the look that is under way. */
  close(): Promise<void>;
}

/**
 * Looks at once, then every `observeSeconds`, and oftener while there are grants.
 *
 * @returns when the first look has ended, whatever it showed
 */
export async function startWatch(
  { view, grants, spare }: { view: ClusterView; grants: Grants; spare: SpareLease },
  { observeSeconds, timeoutMs }: { observeSeconds: number; timeoutMs: number },
  { metrics, log }: { metrics: ClusterMetrics; log: Logger },
): Promise<Watch> {
  let timer: NodeJS.Timeout | undefined;
  let due = Number.POSITIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let closed = false;
  let problem: string | undefined;
  const owed = new Set<Taken>();

  async function look(): Promise<void> {
    const trouble = await lookAfterGrants().catch((error: Error) => error.message);
    if (trouble !== undefined && trouble !== problem) {
      log.warn({ reason: trouble }, "etcd's grants could not be looked after");
    }
    problem = trouble;
    const held = grants.last()?.grants.length ?? 0;
    metrics.grants(held);
    schedule(held > 0 || owed.size > 0 ? WITH_GRANTS_MS : observeSeconds * 1000);
  }

  /** Why they could not be, where the look itself has not told already. */
  async function lookAfterGrants(): Promise<string | undefined> {
    // A certificate is to be replaced before the old one is refused.
    await view.refresh();
    // Before the look, so that what it shows of a member is newer than the member's grant.
    const before = await grants.read(view.askingOrder()).catch((error: Error) => error);
    const seen = await view.look(timeoutMs);
    if (!isReadable(seen.picture)) return undefined;
    if (before instanceof Error) return before.message;
    await view.sweep(seen, before.grants);
    for (const taking of owed) {
      await grants.giveBack(view.askingOrder(), taking);
      owed.delete(taking);
    }
    await spare.refill();
    return undefined;
  }

  function schedule(afterMs: number): void {
    clearTimeout(timer);
    if (closed) return;
    due = performance.now() + afterMs;
    timer = setTimeout(run, afterMs);
    // A watch is no reason for a process to stay.
    timer.unref();
  }

  function run(): void {
    looking ??= look().finally(() => {
      looking = undefined;
    });
  }

  await look();
  return {
    giveBackLater: (taking) => void owed.add(taking),
    hurry() {
      // One grant after the other must not put the look off.
      if (due > performance.now() + WITH_GRANTS_MS) schedule(WITH_GRANTS_MS);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
