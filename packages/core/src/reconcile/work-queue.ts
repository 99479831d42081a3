import { setImmediate } from "node:timers/promises";
import type { Clock } from "../cluster/clock.ts";

/** Keys that are to be worked on: each once, however often it was asked for, and never twice at a time. */
export interface WorkQueue {
  /** Asks for a key: now, or once what is being done with it is done. */
  add(key: string): void;
  /** Asks for a key that may wait until all others that were asked for had their turn. */
  addLast(key: string): void;
  /** Asks for a key in so many milliseconds, where that is not to be sooner anyway. */
  addAfter(key: string, milliseconds: number): void;
  /** Asks for a key that failed, ever later. @returns how often in a row it had failed before. */
  retry(key: string): number;
  /** Notes that a key succeeded. @returns how often in a row it had failed before. */
  forget(key: string): number;
  /** How many wait for their turn. */
  depth(): number;
  /** Resolves when nothing runs any more, once the signal was aborted. */
  ended(): Promise<void>;
}

/** What a queue works with. */
export interface WorkQueueOptions {
  /** Called with one key at a time for each of `concurrency`; it never rejects. */
  readonly work: (key: string) => Promise<void>;
  readonly concurrency: number;
  readonly clock: Clock;
  /** Nothing is begun once it aborts. */
  readonly signal: AbortSignal;
}

/**
 * client-go's `DefaultTypedControllerRateLimiter`, but for its ten retries a second of all keys together, and for its
 * longest wait of 1,000 s: nothing lists everything anew now and then, so what is mended elsewhere (RBAC, an API server
 * that was ill) is noticed by a retry alone.
 */
const BACKOFF_MS = 5;
const MAX_BACKOFF_MS = 60_000;
/** A timer takes no longer delays than 24 days. */
const LONGEST_SLEEP_MS = 3_600_000;

/** Starts to work on what will be asked for: client-go's workqueue (util/workqueue), with its workers. */
export function startWorkQueue({ work, concurrency, clock, signal }: WorkQueueOptions): WorkQueue {
  // Sets: they keep the order, and a key that is there is there once.
  const first = new Set<string>();
  const last = new Set<string>();
  const again = new Set<string>();
  const active = new Set<string>();
  const running = new Set<Promise<void>>();
  const delayed = new Map<string, number>();
  const failures = new Map<string, number>();
  let alarm = new AbortController();
  let alarmAt = Number.POSITIVE_INFINITY;

  const depth = () => first.size + last.size;
  const take = (): string | undefined => {
    for (const keys of [first, last]) {
      for (const key of keys) {
        keys.delete(key);
        return key;
      }
    }
    return undefined;
  };
  const run = async (): Promise<void> => {
    // However many there are, what else the server does comes in between.
    await setImmediate();
    const key = signal.aborted ? undefined : take();
    if (key === undefined) return;
    active.add(key);
    await work(key);
    active.delete(key);
    if (again.delete(key)) first.add(key);
  };
  const fill = (): void => {
    // Those that run have a key, or are about to take one.
    while (running.size < concurrency && running.size - active.size < depth() && !signal.aborted) {
      const one = run().finally(() => {
        running.delete(one);
        fill();
      });
      running.add(one);
    }
  };
  const add = (key: string): void => {
    if (active.has(key)) again.add(key);
    else {
      last.delete(key);
      first.add(key);
      fill();
    }
  };
  const addAfter = (key: string, milliseconds: number): void => {
    const at = clock.now() + milliseconds;
    if (at >= (delayed.get(key) ?? Number.POSITIVE_INFINITY)) return;
    delayed.set(key, at);
    if (at < alarmAt) alarm.abort();
  };
  const addDue = async (): Promise<void> => {
    const stop = () => alarm.abort();
    signal.addEventListener("abort", stop);
    while (!signal.aborted) {
      const now = clock.now();
      alarmAt = Number.POSITIVE_INFINITY;
      for (const [key, at] of delayed) {
        if (at > now) alarmAt = Math.min(alarmAt, at);
        else {
          delayed.delete(key);
          add(key);
        }
      }
      alarm = new AbortController();
      await clock.delay(Math.min(alarmAt - now, LONGEST_SLEEP_MS), alarm.signal);
    }
    signal.removeEventListener("abort", stop);
  };
  const due = addDue();
  return {
    add,
    addLast(key) {
      if (active.has(key) || first.has(key)) return;
      last.add(key);
      fill();
    },
    addAfter,
    retry(key) {
      const before = failures.get(key) ?? 0;
      failures.set(key, before + 1);
      addAfter(key, Math.min(BACKOFF_MS * 2 ** before, MAX_BACKOFF_MS));
      return before;
    },
    forget(key) {
      const before = failures.get(key) ?? 0;
      failures.delete(key);
      return before;
    },
    depth,
    async ended() {
      await due;
      await Promise.all(running);
    },
  };
}
