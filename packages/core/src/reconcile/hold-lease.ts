import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { ClusterConnection } from "../cluster-connection.ts";
import { systemClock } from "../cluster/clock.ts";
import type { Logger } from "../log.ts";
import { LEASE_DURATION_MS, startLeaderElection } from "./leader-election.ts";
import { createLeaseLock } from "./lease-lock.ts";

/** Which Lease, and what its holder does. */
export interface HoldLeaseOptions {
  connection: Pick<ClusterConnection, "get" | "create" | "update">;
  /** The Lease's. */
  name: string;
  namespace: string;
  /**
   * What this server is called in it, and no other is.
   * @default the host's name and something random
   */
  identity?: string;
  log: Logger;
  /** What the holder does, for the log: `registers webhooks`. */
  does: string;
  /**
   * Begins what only the holder does. Its `end` is called when the Lease is lost or let go of, and resolves when nothing
   * goes on any more. `isHeld` is false well before another server can hold it.
   */
  lead(isHeld: () => boolean): { end(): Promise<void> };
}

/** A Lease that this server holds, or would like to. */
export interface HeldLease {
  isHeld(): boolean;
  /** Ends what the holder does, and lets go of it. */
  close(): Promise<void>;
}

/** Tries for a Lease as client-go does (15 s, 10 s, 2 s), again and again, until it is closed. */
export function holdLease({ lead, log, does, ...options }: HoldLeaseOptions): HeldLease {
  const { identity = `${hostname()}_${randomUUID()}` } = options;
  const clock = systemClock;
  const election = startLeaderElection({
    lock: createLeaseLock({ ...options, identity, leaseDurationMs: LEASE_DURATION_MS, clock }),
    clock,
    log,
    does,
    lead,
  });
  return { isHeld: election.isLeading, close: election.close };
}
