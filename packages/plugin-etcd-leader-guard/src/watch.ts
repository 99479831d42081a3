import type { Logger } from "@gatewright/core";
import type { ClusterView } from "./cluster-view.ts";
import type { PodEnd } from "./departure.ts";
import type { HeldGrant } from "./grant-record.ts";
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
  /** Notes the end of a pod in its grant, if it has one; now, or as soon as etcd takes it. */
  podEnded(end: PodEnd): void;
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
  /** By the pod's name: of two pods of one name, the later is of interest. */
  const ends = new Map<string, PodEnd>();

  async function look(): Promise<void> {
    const trouble = await lookAfterGrants().catch((error: Error) => error.message);
    if (trouble !== undefined && trouble !== problem) {
      log.warn({ reason: trouble }, "etcd's grants could not be looked after");
    }
    problem = trouble;
    const held = grants.last()?.grants.length ?? 0;
    metrics.grants(held);
    const isBusy = held > 0 || owed.size > 0 || ends.size > 0;
    schedule(isBusy ? WITH_GRANTS_MS : observeSeconds * 1000);
  }

  /** Why they could not be, where the look itself has not told already. */
  async function lookAfterGrants(): Promise<string | undefined> {
    // A certificate is to be replaced before the old one is refused.
    await view.refresh();
    // Before the look, so that what it shows of a member is newer than the member's grant.
    const before = await noteEnds().catch((error: Error) => error);
    if (!(before instanceof Error)) view.expect(before);
    const seen = await view.look(timeoutMs);
    if (!isReadable(seen.picture)) return undefined;
    if (before instanceof Error) return before.message;
    await view.sweep(seen, before);
    for (const taking of owed) {
      await grants.giveBack(view.askingOrder(), taking);
      owed.delete(taking);
    }
    await spare.refill();
    return undefined;
  }

  /** Resolves with the grants that there are, each with what is known of its pod's end. */
  async function noteEnds(): Promise<readonly HeldGrant[]> {
    const told = [...ends.values()];
    const { grants: held } = await grants.read(view.askingOrder());
    for (const end of told) {
      const news = end.proven ? { gone: true } : { forced: true };
      const grant = held.find((each) => isOf(each, end) && !isNoted(each, end));
      // One that has changed meanwhile is looked for again.
      const isDone = grant === undefined || (await grants.note(view.askingOrder(), grant, news));
      if (isDone && ends.get(end.pod) === end) ends.delete(end.pod);
    }
    return grants.last()?.grants ?? held;
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
    podEnded(end) {
      ends.set(end.pod, end);
      schedule(0);
    },
    giveBackLater: (taking) => void owed.add(taking),
    hurry() {
      // One grant after the other must not put the look off.
      if (due > performance.now() + WITH_GRANTS_MS) schedule(WITH_GRANTS_MS);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await looking;
      // Nobody else was told.
      if (ends.size > 0) await noteEnds().catch(() => undefined);
    },
  };
}

function isNoted({ gone, forced }: HeldGrant, { proven }: PodEnd): boolean {
  return proven ? gone : gone || forced;
}

/** Whether a grant was for this very pod; an eviction may not have told which it was of that name. */
function isOf({ pod, podUid, since }: HeldGrant, end: PodEnd): boolean {
  return podUid === undefined ? pod === end.pod && since <= end.at : podUid === end.podUid;
}
