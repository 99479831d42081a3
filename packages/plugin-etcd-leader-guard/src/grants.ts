import type { IRequestOp, ITxnRequest, ITxnResponse } from "etcd3";
import { CallFailure } from "./call-failure.ts";
import type { Connections } from "./connections.ts";
import {
  generationKey,
  grantIn,
  type GrantsView,
  type HeldGrant,
  isAt,
  keyOf,
  readAll,
  valueOf,
  viewIn,
} from "./grant-record.ts";
import type { MemberClient } from "./member-client.ts";
import type { EtcdId } from "./member-status.ts";
import type { Grant } from "./policy.ts";

/** What a grant says, apart from what etcd and this file add. */
export type NewGrant = Omit<Grant, "lease" | "gone">;

/** What becomes of a grant: its leadership has moved, its pod was removed by force, or has ended. */
export type GrantNews = Partial<Pick<Grant, "movingTo" | "forced" | "gone">>;

export type Taking =
  /** `replaced` is an earlier grant of the same member, whose place it took. */
  | {
      readonly taken: HeldGrant;
      readonly replaced: HeldGrant | undefined;
      readonly view: GrantsView;
    }
  /** Another was taken since the view: judge again by the new one. */
  | { readonly taken: undefined; readonly view: GrantsView };

/**
 * The grants of one cluster, kept in the cluster itself. The methods reject with a `CallFailure`; they
 * go to `at`, the endpoints in the order to try them: the leader first, and of the others those that
 * have just answered.
 */
export interface Grants {
  /** The last view that was had; undefined before the first. */
  last(): GrantsView | undefined;
  /** A fresh view, confirmed by a majority. To be had *before* the statuses that it is used with. */
  read(at: readonly string[]): Promise<GrantsView>;
  /** A lease for a grant to come. Runs beside the statuses; to be dropped where it is not used. */
  lease(at: readonly string[], seconds: number): Promise<EtcdId>;
  /** Gives back a lease that no grant uses. Never rejects: it would end by itself. */
  dropLease(at: readonly string[], lease: EtcdId): Promise<void>;
  /**
   * Writes the grant, unless any was taken since `view`; in one transaction, asked of the first
   * endpoint alone, because asking twice could find one's own. Where it fails without a word from
   * etcd the grant may or may not be there: its lease is dropped, or ends by itself.
   */
  take(at: readonly string[], view: GrantsView, grant: NewGrant, lease: EtcdId): Promise<Taking>;
  /** Notes what has become of it. False where the grant has changed or ended. */
  note(at: readonly string[], grant: HeldGrant, news: GrantNews): Promise<boolean>;
  /** Ends the grant, for its pod has gone and its member is back. False where it has changed or ended. */
  release(at: readonly string[], grant: HeldGrant): Promise<boolean>;
  /** Undoes a taking whose deletion is denied after all; what it replaced holds again. */
  giveBack(at: readonly string[], taking: Taking & { taken: HeldGrant }): Promise<boolean>;
  /** Resolves when nothing is under way in the background. */
  settled(): Promise<void>;
}

/**
 * Keeps the grants under `/gatewright.dev/etcd-leader-guard/v1`: each as JSON at
 * `grants/<member id>`, under a lease, so that it ends by itself; and `generation`, which every taking
 * writes and compares, so that of two takings by one view, whichever their members, one fails.
 *
 * @param timeoutMs For each call; all that one method makes take no more than twice that
 */
export function createGrants(connections: Connections, timeoutMs: number): Grants {
  const background = new Set<Promise<void>>();
  let last: GrantsView | undefined;
  let lastRevision = 0n;

  /** Answers may come in another order than they were made. */
  function remember(view: GrantsView, { revision }: { readonly revision: string }): GrantsView {
    const at = BigInt(revision);
    if (last === undefined || at >= lastRevision) [last, lastRevision] = [view, at];
    return last;
  }

  /** What was done to one grant; of others nothing is learned. */
  function replace(grant: HeldGrant, now: readonly HeldGrant[], revision: string): void {
    if (last !== undefined) last = inPlace(last, grant, now);
    if (BigInt(revision) > lastRevision) lastRevision = BigInt(revision);
  }

  function inBackground(work: Promise<void>): void {
    const tracked: Promise<void> = work.finally(() => background.delete(tracked));
    background.add(tracked);
  }

  /** Asks one endpoint after the other: for what may be asked twice. */
  async function first<T>(
    at: readonly string[],
    ask: (client: MemberClient, timeoutMs: number) => Promise<T>,
  ): Promise<T> {
    let failure: unknown = new CallFailure("unreachable", "there is nobody to ask");
    const end = performance.now() + 2 * timeoutMs;
    for (const endpoint of at) {
      const left = Math.floor(Math.min(timeoutMs, end - performance.now()));
      if (left <= 0) break;
      try {
        return await ask(connections.client(endpoint), left);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  async function dropLease(at: readonly string[], lease: EtcdId): Promise<void> {
    await first(at, (client, left) => client.revokeLease(lease, left)).catch(() => {});
  }

  /** Of grants alone, by their own revision; the answer tells whether it was still the one. */
  async function change(
    at: readonly string[],
    grant: HeldGrant,
    operation: IRequestOp,
  ): Promise<ITxnResponse> {
    const request = { compare: [isAt(keyOf(grant), grant.revision)], success: [operation] };
    return await first(at, (client, left) => client.txn(request, left));
  }

  async function release(at: readonly string[], grant: HeldGrant): Promise<boolean> {
    const operation = { request_delete_range: { key: keyOf(grant) } };
    const { succeeded, header } = await change(at, grant, operation);
    if (succeeded) {
      replace(grant, [], header.revision);
      inBackground(dropLease(at, grant.lease));
    }
    return succeeded;
  }

  async function rewrite(
    at: readonly string[],
    before: HeldGrant,
    after: HeldGrant,
  ): Promise<boolean> {
    const put = { key: keyOf(before), value: valueOf(after), ignore_lease: true };
    const { succeeded, header } = await change(at, before, { request_put: put });
    const now = { ...after, lease: before.lease, revision: header.revision };
    if (succeeded) replace(before, [now], header.revision);
    return succeeded;
  }

  return {
    last: () => last,
    async read(at) {
      const request = { success: [...readAll] };
      const response = await first(at, (client, left) => client.txn(request, left));
      return remember(viewIn(response), response.header);
    },
    lease: (at, seconds) => first(at, (client, left) => client.grantLease(seconds, left)),
    dropLease,
    async take(at, view, grant, lease) {
      const [endpoint = ""] = at;
      const value = { ...grant, gone: false, lease };
      const request: ITxnRequest = {
        compare: [isAt(generationKey, view.generation)],
        success: [
          { request_put: { key: keyOf(grant), value: valueOf(value), lease, prev_kv: true } },
          { request_put: { key: generationKey, value: Buffer.from(grant.since) } },
        ],
        failure: [...readAll],
      };
      let response: ITxnResponse;
      try {
        response = await connections.client(endpoint).txn(request, timeoutMs);
      } catch (error) {
        // Where it may have taken the place of one that holds, that would be gone with the lease.
        if (view.grants.every(({ memberId }) => memberId !== grant.memberId)) {
          inBackground(dropLease(at, lease));
        }
        throw error;
      }
      if (!response.succeeded) {
        return { taken: undefined, view: remember(viewIn(response), response.header) };
      }
      const { revision } = response.header;
      const before = response.responses[0]?.response_put.prev_kv;
      const replaced = before ? grantIn(before) : undefined;
      // It holds nothing any more: the key has moved to the new lease.
      if (replaced && replaced.lease !== "0") inBackground(dropLease(at, replaced.lease));
      const taken = { ...value, revision };
      const others = view.grants.filter(({ memberId }) => memberId !== taken.memberId);
      const now = { generation: revision, grants: [...others, taken] };
      remember(now, response.header);
      return { taken, replaced, view: now };
    },
    note: (at, grant, news) => rewrite(at, grant, { ...grant, ...news }),
    release,
    async giveBack(at, { taken, replaced }) {
      return replaced === undefined
        ? await release(at, taken)
        : await rewrite(at, taken, { ...replaced, lease: taken.lease });
    },
    async settled() {
      while (background.size > 0) await Promise.all(background);
    },
  };
}

/** The view with `now` in the place of this very grant; another of its member is left alone. */
function inPlace(view: GrantsView, grant: HeldGrant, now: readonly HeldGrant[]): GrantsView {
  const same = ({ memberId, revision }: HeldGrant) =>
    memberId === grant.memberId && revision === grant.revision;
  return { ...view, grants: view.grants.flatMap((one) => (same(one) ? now : one)) };
}
