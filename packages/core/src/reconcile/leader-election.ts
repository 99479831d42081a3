import type { Clock } from "../cluster/clock.ts";
import type { ClusterError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { LeaseLock } from "./lease-lock.ts";

// client-go's and controller-runtime's (tools/leaderelection), as kube-controller-manager has them, too.
/** How long others take a Lease for held that does not change. */
export const LEASE_DURATION_MS = 15_000;
/** How long its holder goes on without having renewed it. */
const RENEW_DEADLINE_MS = 10_000;
/** How often it is renewed, and tried for. */
const RETRY_PERIOD_MS = 2_000;

/** A server that leads, or would like to. */
export interface LeaderElection {
  isLeading(): boolean;
  /** Ends the leadership, if any, and lets go of the Lease. */
  close(): Promise<void>;
}

/** What an election works with. */
export interface LeaderElectionOptions {
  readonly lock: LeaseLock;
  readonly clock: Clock;
  readonly log: Logger;
  /** What the leader does, for its log: `reconciles`. */
  readonly does: string;
  /**
   * Begins what only the leader does. Its `end` is called when the Lease is lost or the election closed, and resolves
   * when nothing goes on any more.
   */
  lead(isHeld: () => boolean): { end(): Promise<void> };
}

const CALL_MS = 5_000;
const RELEASE_MS = 2_000;
/** How long what goes on at the end is waited for. */
const PATIENCE_MS = 5_000;

/**
 * Tries for a Lease as client-go does, leads while it is renewed, and then tries again. The Lease is held, for whoever
 * asks, from before it was asked for until the renew deadline: that is over well before another takes it.
 */
export function startLeaderElection(options: LeaderElectionOptions): LeaderElection {
  const { lock, clock, log, lead, does } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let heldUntil = Number.NEGATIVE_INFINITY;
  let failures = 0;
  const isHeld = () => clock.now() < heldUntil;

  /** @returns whether it is held; undefined where nobody knows. */
  const hold = async (timeoutMs: number): Promise<boolean | undefined> => {
    const asked = clock.now();
    try {
      const held = await lock.hold({ timeoutMs, signal });
      if (held) heldUntil = asked + RENEW_DEADLINE_MS;
      failures = 0;
      return held;
    } catch (err) {
      if (signal.aborted) return undefined;
      // Somebody else was faster.
      const isRace = (err as Partial<ClusterError>).status === 409;
      const level = isRace || failures++ > 0 ? "debug" : "warn";
      log[level]({ err }, "the Lease cannot be had; trying again");
      return undefined;
    }
  };
  const acquire = async (): Promise<void> => {
    while (!signal.aborted) {
      await hold(CALL_MS);
      if (isHeld()) return;
      await clock.delay(RETRY_PERIOD_MS * (1 + 1.2 * clock.random()), signal);
    }
  };
  /** Until it is lost, or the election closed. */
  const renew = async (): Promise<void> => {
    for (;;) {
      const wait = Math.min(RETRY_PERIOD_MS, heldUntil - clock.now());
      await clock.delay(Math.max(0, wait), signal);
      const left = heldUntil - clock.now();
      if (signal.aborted || left <= 0) return;
      if ((await hold(Math.min(left, CALL_MS))) === false) return;
    }
  };
  const release = async (): Promise<void> => {
    try {
      await lock.release({ timeoutMs: RELEASE_MS });
    } catch (err) {
      log.warn({ err }, "the Lease cannot be let go of: another server takes over when it is over");
    }
  };
  const run = async (): Promise<void> => {
    for (;;) {
      await acquire();
      if (signal.aborted) return release();
      log.info(`this server ${does}`);
      const leadership = lead(isHeld);
      await renew();
      heldUntil = Number.NEGATIVE_INFINITY;
      const ended = leadership.end();
      if (!signal.aborted) {
        log.warn(`the Lease is lost: another server ${does} now`);
        // As a candidate it could be at work on an object twice.
        await Promise.race([ended, aborted(signal)]);
      }
      if (!signal.aborted) continue;
      const over = new AbortController();
      const late = clock.delay(PATIENCE_MS, over.signal).then(() => "late");
      const how = await Promise.race([ended, late]);
      over.abort();
      if (how === "late") log.warn("what only the leader does goes on though it was told to end");
      else await release();
      return;
    }
  };
  const running = run();
  return {
    isLeading: isHeld,
    close() {
      closing.abort(new Error("the server is closed"));
      return running;
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
