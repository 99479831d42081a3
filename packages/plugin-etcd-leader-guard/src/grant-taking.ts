import type { Court } from "./court.ts";
import type { Decision } from "./decision.ts";
import type { GrantsView } from "./grant-record.ts";
import type { Taking } from "./grants.ts";
import type { Departing, Taken } from "./judgement.ts";
import { openLeasing, secondsFor } from "./leasing.ts";
import type { Member } from "./member-status.ts";
import { standingGrant } from "./policy.ts";

/** A decision that needs a grant. */
export type Granting = Extract<Decision, { kind: "grant" | "transfer" }>;

/** What takes the grant of one departure. */
export interface GrantTaking {
  /**
   * Begins beside a look what will be wanted after it, if that shows what is expected: a round trip is
   * spared, and where it was mistaken, the grant is given back. It is no less safe: the grant is as
   * exclusive, and the statuses are as new, as the grants that it is taken by.
   */
  begin(expected: Decision, known: GrantsView, at: readonly string[]): void;
  /** Takes it, or ends what was begun. Rejects where nobody can say whether it is taken. */
  finish(decision: Granting, known: GrantsView, at: readonly string[]): Promise<Taking>;
  /** Gives back what was begun. Never rejects. */
  drop(): Promise<void>;
  /** Gives a grant back. Never rejects. */
  giveBack(taking: Taken): Promise<void>;
  /** Leaves nothing that was not wanted. Never rejects. */
  close(): Promise<void>;
}

/** Opens what takes the grant of one departure; nothing is asked yet. */
export function openGrantTaking(court: Court, departing: Departing): GrantTaking {
  const { grants, view, config, watch } = court;
  const leasing = openLeasing(court, secondsFor(departing, config));
  let early: { readonly target: Member; readonly taking: Promise<Taking> } | undefined;

  async function take(
    decision: Granting,
    known: GrantsView,
    at: readonly string[],
  ): Promise<Taking> {
    const { target } = decision;
    const { pod, podUid, forced } = departing;
    // Asked for again, it is as old as when it was first: else it might be held for ever.
    const since = standingGrant(known.grants, target.id, podUid)?.since;
    const taking = await leasing.take(at, known, {
      memberId: target.id,
      member: target.name,
      pod: pod.name,
      podUid,
      since: since || new Date().toISOString(),
      movingTo: decision.kind === "transfer" ? decision.to.id : undefined,
      forced,
    });
    if (taking.taken !== undefined) watch.hurry();
    return taking;
  }

  async function giveBack(taking: Taken): Promise<void> {
    const giving = grants.giveBack(view.askingOrder(), taking);
    // etcd takes no write while a transfer hangs, for an election timeout.
    await giving.catch(() => watch.giveBackLater(taking));
  }

  async function drop(): Promise<void> {
    const taking = await early?.taking.catch(() => undefined);
    early = undefined;
    if (taking?.taken !== undefined) await giveBack(taking);
  }

  return {
    begin(expected, known, at) {
      if (expected.kind === "grant" && leasing.isStored()) {
        early = { target: expected.target, taking: quietly(take(expected, known, at)) };
      } else if (expected.kind === "grant" || expected.kind === "transfer") leasing.prepare();
    },
    async finish(decision, known, at) {
      if (early === undefined) return await take(decision, known, at);
      if (decision.kind === "grant" && decision.target.id === early.target.id) {
        const { taking } = early;
        early = undefined;
        return await taking;
      }
      await drop();
      return { taken: undefined, view: await grants.read(view.askingOrder()) };
    },
    drop,
    giveBack,
    async close() {
      await drop();
      await leasing.close();
    },
  };
}

/** Its failure is heard where it is awaited, if it is. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
