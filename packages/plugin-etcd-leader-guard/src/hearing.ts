import type { Logger } from "@gatewright/core";
import type { ClusterView } from "./cluster-view.ts";
import type { ClusterConfig } from "./config.ts";
import type { Connections } from "./connections.ts";
import { contended, decide, type Decision, transferFailed } from "./decision.ts";
import { denialOfUnreadable } from "./denial.ts";
import type { GrantsView } from "./grant-record.ts";
import type { Grants, Taking } from "./grants.ts";
import { allowed, type Departing, type Judgement, refused, type Taken } from "./judgement.ts";
import { openLeasing, secondsFor, type SpareLease } from "./leasing.ts";
import { hostLabelsOf } from "./member-of-pod.ts";
import type { Member } from "./member-status.ts";
import { isReadable, type Picture, type Unreadable } from "./picture.ts";
import { transferLeadership } from "./transfer.ts";
import type { Watch } from "./watch.ts";

/** What a judge works with. */
export interface Court {
  readonly config: ClusterConfig;
  readonly connections: Connections;
  readonly grants: Grants;
  readonly view: ClusterView;
  readonly log: Logger;
  readonly spare: SpareLease;
  readonly watch: Pick<Watch, "hurry" | "giveBackLater">;
}

/** One departure, from its question to whatever is left to do after the answer. */
export interface Hearing {
  /** Never rejects. */
  judge(): Promise<Judgement>;
  /** The answer where time is up; whatever is done after it is undone. */
  giveUp(): Judgement;
  /** Gives back what was not needed; after `judge` has ended. Never rejects. */
  close(): Promise<void>;
}

/** How often a decision is made anew because another pod was faster. */
const ATTEMPTS = 5;

type Granting = Extract<Decision, { kind: "grant" | "transfer" }>;
type Moving = Extract<Decision, { kind: "transfer" }>;

/** A grant that is taken while its decision is yet to come. */
interface Early {
  readonly target: Member;
  readonly taking: Promise<Taking>;
}

/**
 * Hears a departure. Safe by its order: grants are read before the statuses are asked for, and the grant
 * is written only if no other was since; so of two pods, whoever asks and wherever, the second is judged
 * knowing of the first.
 */
export function openHearing(court: Court, departing: Departing, answerInMs: number): Hearing {
  const { config, connections, grants, view } = court;
  const { pod, dryRun, annotation } = departing;
  const { name: cluster, namespace } = config;
  const place = { cluster, namespace, pod: pod.name, annotation };
  const { pods = [], endpoints = [] } = config.members;
  const naming = { podName: config.podName, pods: new Set([...pods, ...hostLabelsOf(endpoints)]) };
  const answerBy = Date.now() + answerInMs;
  /** A part of what there is: for a look, for another, for a grant, and for what comes after it. */
  const timeoutMs = Math.max(
    1,
    Math.floor(Math.min(config.callTimeoutMilliseconds, answerInMs / 4)),
  );
  const leasing = openLeasing(court, secondsFor(departing, config));
  let moving: { picture: Picture; decision: Moving } | undefined;
  let early: Early | undefined;
  let isAnswered = false;

  async function judge(): Promise<Judgement> {
    try {
      return await attempt();
    } catch (error) {
      return unreadable((error as Error).message);
    }
  }

  async function attempt(): Promise<Judgement> {
    const cached = dryRun ? undefined : grants.last();
    const first = cached ?? (await grants.read(view.askingOrder()).catch((error: Error) => error));
    if (first instanceof Error) return await withoutGrants(first);
    let known = first;
    // What was read for this review need not be read again before a denial.
    let isFresh = cached === undefined;
    for (let count = 0; count < ATTEMPTS && !isAnswered; count++) {
      if (count > 0 && Date.now() + 3 * timeoutMs > answerBy) break;
      early = begin(known);
      const seen = await view.look(timeoutMs);
      const decision = decideWith(seen.picture, known);
      if (decision.kind === "allow") return allowed(decision.reason);
      if (decision.kind === "deny") {
        if (decision.reason !== "granted-elsewhere" || isFresh) return refused(decision);
        await dropEarly();
        // The grant that is in the way may have ended since.
        known = await grants.read(view.askingOrder());
        isFresh = true;
        continue;
      }
      const taking = await finish(decision, known, seen.order);
      if (taking.taken !== undefined) {
        // Decided by a picture, so by one that could be made.
        return await granted(decision, seen.picture as Picture, taking);
      }
      known = taking.view;
      isFresh = true;
    }
    return refused(contended(place));
  }

  /** What the members say of themselves tells more than that the grants cannot be had. */
  async function withoutGrants(failure: Error): Promise<Judgement> {
    const { picture } = await view.look(timeoutMs);
    const why = isReadable(picture)
      ? `who may go already is not known (${failure.message})`
      : picture.unreadable;
    return unreadable(why);
  }

  function decideWith(picture: Picture | Unreadable, { grants: held }: GrantsView): Decision {
    return decide({ place, pod, naming, picture, grants: held, policy: config, dryRun });
  }

  /**
   * Begins beside the look what will be wanted after it, if all is as it was at the last one: that
   * spares a round trip, and where it was mistaken, the grant is given back. It is no less safe: the
   * grant is as exclusive, and the statuses are as new, as the grants that it is taken by.
   */
  function begin(known: GrantsView): Early | undefined {
    const before = view.last();
    if (dryRun || before === undefined) return undefined;
    const expected = decideWith(before.picture, known);
    if (expected.kind === "grant" && leasing.isStored()) {
      return { target: expected.target, taking: quietly(take(expected, known, before.order)) };
    }
    if (expected.kind === "grant" || expected.kind === "transfer") leasing.prepare();
    return undefined;
  }

  async function finish(
    decision: Granting,
    known: GrantsView,
    at: readonly string[],
  ): Promise<Taking> {
    if (early === undefined) return await take(decision, known, at);
    if (decision.kind === "grant" && decision.target.id === early.target.id) {
      const { taking } = early;
      early = undefined;
      return await taking;
    }
    await dropEarly();
    return { taken: undefined, view: await grants.read(view.askingOrder()) };
  }

  async function dropEarly(): Promise<void> {
    const taking = await early?.taking.catch(() => undefined);
    early = undefined;
    if (taking?.taken !== undefined) await giveBack(taking);
  }

  async function take(
    decision: Granting,
    known: GrantsView,
    at: readonly string[],
  ): Promise<Taking> {
    const { target } = decision;
    const taking = await leasing.take(at, known, {
      memberId: target.id,
      member: target.name,
      pod: pod.name,
      podUid: departing.podUid,
      since: new Date().toISOString(),
      movingTo: decision.kind === "transfer" ? decision.to.id : undefined,
      forced: departing.forced,
    });
    if (taking.taken !== undefined) court.watch.hurry();
    return taking;
  }

  async function giveBack(taking: Taken): Promise<void> {
    const giving = grants.giveBack(view.askingOrder(), taking);
    // etcd takes no write while a transfer hangs, for an election timeout.
    await giving.catch(() => court.watch.giveBackLater(taking));
  }

  async function granted(decision: Granting, picture: Picture, taking: Taken): Promise<Judgement> {
    const undo = () => giveBack(taking);
    const granting = { ...allowed(decision.reason), granted: decision.target, undo };
    if (decision.kind === "transfer" && !isAnswered) {
      moving = { picture, decision };
      const why = await move(decision, picture);
      if (why === undefined && !isAnswered) {
        // Where it cannot be noted, others wait until this grant has ended.
        await grants
          .note(view.askingOrder(), taking.taken, { movingTo: undefined })
          .catch(() => false);
        return { ...granting, movedTo: decision.to };
      }
      await undo();
      return refused(transferFailed(place, picture, decision, why ?? "it came too late"));
    }
    // What was let go late is gone all the same: its grant must stay.
    if (!isAnswered || config.unreadable === "allow") return granting;
    await undo();
    return refused(contended(place));
  }

  /** Why leadership did not move; undefined where it did. */
  async function move({ target, to }: Moving, { voters }: Picture): Promise<string | undefined> {
    const moved = await transferLeadership(connections, {
      leaderEndpoint: connections.endpointOf(target.id) ?? "",
      targetId: to.id,
      voterIds: voters.map(({ id }) => id),
      timeoutMs,
      // So that there is time to give the grant back.
      withinMs: Math.max(1, Math.min(3 * timeoutMs, answerBy - Date.now() - timeoutMs)),
    });
    if (!moved.moved) return moved.why;
    court.log.info({ from: target.name, to: to.name, pod: pod.name }, "etcd: leadership moved");
    return undefined;
  }

  function unreadable(why: string): Judgement {
    return config.unreadable === "allow"
      ? allowed("unreadable")
      : refused({ reason: "unreadable", message: denialOfUnreadable(place, why) });
  }

  return {
    judge,
    giveUp(): Judgement {
      isAnswered = true;
      const why = `it took longer than ${Math.round(answerInMs)} ms`;
      if (moving === undefined) return unreadable(why);
      return refused(transferFailed(place, moving.picture, moving.decision, why));
    },
    async close(): Promise<void> {
      await dropEarly();
      await leasing.close();
    },
  };
}

/** Its failure is heard where it is awaited, if it is. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
