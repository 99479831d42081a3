import { CallFailure, LEASE_NOT_FOUND } from "./call-failure.ts";
import type { ClusterView } from "./cluster-view.ts";
import type { GrantsView } from "./grant-record.ts";
import type { Grants, NewGrant, Taking } from "./grants.ts";
import type { EtcdId } from "./member-status.ts";

/** What a lease is asked of. */
export interface Leasers {
  readonly grants: Grants;
  readonly view: Pick<ClusterView, "askingOrder">;
}

/** A lease in store, so that a review need not wait for one: one cluster's, one at most. */
export interface SpareLease {
  /** Whether there is one that lives as long as that. */
  lasts(seconds: number): boolean;
  /** It belongs to the caller then; undefined where there is none. */
  use(seconds: number): EtcdId | undefined;
  /** Sees to it that there is one until the next call. Rejects as `Grants.lease` does. */
  refill(): Promise<void>;
  /** Gives it back, for good. Never rejects. */
  drop(): Promise<void>;
}

/**
 * Keeps a lease that lives a quarter longer than a grant has to, and takes a new one before that quarter
 * is over: so a grant under it lives `grantSeconds`, and up to a quarter more.
 *
 * @param observeSeconds how often `refill` is called; where that is too seldom, nothing is kept
 */
export function createSpareLease(
  { grants, view }: Leasers,
  { grantSeconds, observeSeconds }: { grantSeconds: number; observeSeconds: number },
): SpareLease {
  const seconds = Math.ceil(grantSeconds * 1.25);
  let spare: { id: EtcdId; ends: number } | undefined;

  const lasts = (needed: number) =>
    spare !== undefined && spare.ends - performance.now() >= needed * 1000;

  async function drop(): Promise<void> {
    const old = spare;
    spare = undefined;
    if (old !== undefined) await grants.dropLease(view.askingOrder(), old.id);
  }

  return {
    lasts,
    use(needed) {
      if (!lasts(needed)) return undefined;
      const id = spare?.id;
      spare = undefined;
      return id;
    },
    async refill() {
      // Twice, as one look may be late.
      if (seconds - grantSeconds < 2 * observeSeconds) return;
      if (lasts(grantSeconds + observeSeconds)) return;
      await drop();
      // From the asking, as etcd may count from there.
      const ends = performance.now() + seconds * 1000;
      spare = { id: await grants.lease(view.askingOrder(), seconds), ends };
    },
    drop,
  };
}

/** The lease of one review. */
export interface Leasing {
  /** Whether it is at hand, so that a grant may be taken at once. */
  isStored(): boolean;
  /** Asks for it beside other calls, where there is none in store. */
  prepare(): void;
  /** Takes a grant under it, as `Grants.take` does; both are asked of `at` alone. */
  take(at: readonly string[], known: GrantsView, grant: NewGrant): Promise<Taking>;
  /** Gives it back where no grant uses it. Never rejects. */
  close(): Promise<void>;
}

/** @param seconds how long the grant has to live by itself */
export function openLeasing(
  { grants, view, spare }: Leasers & { readonly spare: SpareLease },
  seconds: number,
): Leasing {
  let lease: Promise<EtcdId> | undefined;

  async function takeUnder(
    id: EtcdId,
    ...[at, known, grant]: Parameters<Leasing["take"]>
  ): Promise<Taking> {
    // From here on it is not ours to drop: where nobody says whether it is used, it may be.
    lease = undefined;
    const taking = await grants.take(at, known, grant, id);
    if (taking.taken === undefined) lease = Promise.resolve(id);
    return taking;
  }

  return {
    isStored: () => spare.lasts(seconds),
    prepare() {
      if (lease !== undefined || spare.lasts(seconds)) return;
      lease = grants.lease(view.askingOrder(), seconds);
      // Its failure is heard where it is awaited, if it is.
      lease.catch(() => undefined);
    },
    async take(...given) {
      const ask = () => grants.lease(given[0], seconds);
      const stored = lease === undefined ? spare.use(seconds) : undefined;
      if (stored === undefined) return await takeUnder(await (lease ?? ask()), ...given);
      try {
        return await takeUnder(stored, ...given);
      } catch (error) {
        // One in store may have been revoked by whoever tidied up; nothing was written then. Whatever
        // else etcd refuses with, such as "request timed out", leaves that open.
        if (!(error instanceof CallFailure && error.message === LEASE_NOT_FOUND)) throw error;
        return await takeUnder(await ask(), ...given);
      }
    },
    async close() {
      const id = await lease?.catch(() => undefined);
      if (id !== undefined) await grants.dropLease(view.askingOrder(), id);
    },
  };
}

/** What a DELETE's own grace period is prolonged by: the time of a restart. */
const RESTART_SECONDS = 30;
/** As the configuration has it: a request may say any number. */
const LONGEST_SECONDS = 86_400;

/** How long the grant of a departure has to live by itself. */
export function secondsFor(
  { gracePeriodSeconds }: { readonly gracePeriodSeconds: number | undefined },
  { grantSeconds }: { readonly grantSeconds: number },
): number {
  if (gracePeriodSeconds === undefined) return grantSeconds;
  return Math.min(Math.max(grantSeconds, gracePeriodSeconds + RESTART_SECONDS), LONGEST_SECONDS);
}
