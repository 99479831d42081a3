import type { Logger } from "@gatewright/core";
import type { ClusterView } from "./cluster-view.ts";
import type { ClusterConfig } from "./config.ts";
import type { Connections } from "./connections.ts";
import { contended, decide, type Decision, transferFailed } from "./decision.ts";
import { denialOfUnreadable } from "./denial.ts";
import type { GrantsView } from "./grant-record.ts";
import type { Grants, Taking } from "./grants.ts";
import { allowed, type Departing, type Judgement, refused, type Taken } from "./judgement.ts";
import { podNamesOf } from "./member-of-pod.ts";
import type { EtcdId } from "./member-status.ts";
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
  readonly watch: Pick<Watch, "hurry" | "giveBackLater">;
}

export interface Judge {
  /** Never rejects, and resolves before the deadline. */
  judge(departing: Departing): Promise<Judgement>;
  /** Resolves when nothing is under way any more, nor of reviews that were answered before their end. */
  settled(): Promise<void>;
}

/** How often a decision is made anew because another pod was faster. */
const ATTEMPTS = 5;
/** What a DELETE's own grace period is prolonged by: the time of a restart. */
const RESTART_SECONDS = 30;
/** As the configuration has it: a request may say any number. */
const LONGEST_GRANT_SECONDS = 86_400;
/** What is kept of the time that there is, to bring the answer home. */
const MARGIN_MS = 100;

type Granting = Extract<Decision, { kind: "grant" | "transfer" }>;
type Moving = Extract<Decision, { kind: "transfer" }>;

/**
 * Judges departures from one cluster. Safe by its order: grants are read before the statuses, and
 * the grant is written only if no other was since; so of two pods, whoever asks and wherever, the
 * second is judged knowing of the first. Where time runs out before all is done the answer is given
 * without it, and a grant that is had later is given back.
 */
export function createJudge(court: Court): Judge {
  const underWay = new Set<Promise<void>>();
  return {
    async judge(departing) {
      const patienceMs = Math.max(0, departing.deadline - Date.now());
      const answerInMs = patienceMs - Math.min(MARGIN_MS, patienceMs / 10);
      const session = openSession(court, departing, answerInMs);
      const judging = session.judge();
      const ending: Promise<void> = judging
        .then(session.close)
        .finally(() => underWay.delete(ending));
      underWay.add(ending);
      let timer: NodeJS.Timeout | undefined;
      const timeIsUp = new Promise<Judgement>((resolve) => {
        timer = setTimeout(() => resolve(session.giveUp()), answerInMs);
      });
      try {
        return await Promise.race([judging, timeIsUp]);
      } finally {
        clearTimeout(timer);
      }
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

function openSession(court: Court, departing: Departing, answerInMs: number) {
  const { config, connections, grants, view } = court;
  const { pod, dryRun, annotation } = departing;
  const { name: cluster, namespace } = config;
  const place = { cluster, namespace, pod: pod.name, annotation };
  const naming = { podName: config.podName, pods: new Set(config.members.pods) };
  const answerBy = Date.now() + answerInMs;
  /** A part of what there is: for a look, for another, for a grant, and for what comes after it. */
  const timeoutMs = Math.max(
    1,
    Math.floor(Math.min(config.callTimeoutMilliseconds, answerInMs / 4)),
  );
  /** Asked for beside the statuses, where it may be wanted. */
  let lease: Promise<EtcdId> | undefined;
  let moving: { picture: Picture; decision: Moving } | undefined;
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
      if (mayBeGranted(known)) lease ??= quietly(grants.lease(view.askingOrder(), leaseSeconds()));
      const { picture } = await view.look(timeoutMs);
      const decision = decideWith(picture, known);
      if (decision.kind === "allow") return allowed(decision.reason);
      if (decision.kind === "deny") {
        if (decision.reason !== "granted-elsewhere" || isFresh) return refused(decision);
        // The grant that is in the way may have ended since.
        known = await grants.read(view.askingOrder());
        isFresh = true;
        continue;
      }
      const taking = await take(decision, known);
      // Decided by a picture, so by one that could be made.
      if (taking.taken !== undefined) return await granted(decision, picture as Picture, taking);
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

  /** A guess, which spares a lease where it would be dropped and costs a round trip where it is wrong. */
  function mayBeGranted({ grants: held }: GrantsView): boolean {
    const leader = view.leader();
    if (dryRun || held.length > 0 || leader === undefined) return false;
    return config.leader === "transfer" || !podNamesOf(leader, config.podName).includes(pod.name);
  }

  async function take({ target }: Granting, known: GrantsView): Promise<Taking> {
    const at = view.askingOrder();
    lease ??= grants.lease(at, leaseSeconds());
    const asked = lease;
    const id = await asked;
    const since = new Date().toISOString();
    const grant = { memberId: target.id, member: target.name, pod: pod.name, since };
    // From here on it is not ours to drop: where nobody says whether it is used, it may be.
    lease = undefined;
    const taking = await grants.take(at, known, { ...grant, podUid: departing.podUid }, id);
    if (taking.taken === undefined) lease = asked;
    else court.watch.hurry();
    return taking;
  }

  async function granted(decision: Granting, picture: Picture, taking: Taken): Promise<Judgement> {
    const undo = async () => {
      const giving = grants.giveBack(view.askingOrder(), taking);
      // etcd takes no write while a transfer hangs, for an election timeout.
      await giving.catch(() => court.watch.giveBackLater(taking));
    };
    const granting = { ...allowed(decision.reason), granted: decision.target, undo };
    if (decision.kind === "transfer" && !isAnswered) {
      moving = { picture, decision };
      const why = await move(decision, picture);
      if (why === undefined && !isAnswered) return { ...granting, movedTo: decision.to };
      await undo();
      return refused(transferFailed(place, picture, decision, why ?? "it came too late"));
    }
    if (!isAnswered) return granting;
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

  function leaseSeconds(): number {
    const { gracePeriodSeconds } = departing;
    if (gracePeriodSeconds === undefined) return config.grantSeconds;
    const seconds = Math.max(config.grantSeconds, gracePeriodSeconds + RESTART_SECONDS);
    return Math.min(seconds, LONGEST_GRANT_SECONDS);
  }

  function unreadable(why: string): Judgement {
    return config.unreadable === "allow"
      ? allowed("unreadable")
      : refused({ reason: "unreadable", message: denialOfUnreadable(place, why) });
  }

  return {
    judge,
    /** The answer where time is up; whatever is done after it is undone. */
    giveUp(): Judgement {
      isAnswered = true;
      const why = `it took longer than ${Math.round(answerInMs)} ms`;
      if (moving === undefined) return unreadable(why);
      return refused(transferFailed(place, moving.picture, moving.decision, why));
    },
    async close(): Promise<void> {
      // Not a part of the answer; and a lease ends by itself.
      const id = await lease?.catch(() => undefined);
      if (id !== undefined) await grants.dropLease(view.askingOrder(), id);
    },
  };
}

/** Its failure is heard where it is awaited, if it is. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
