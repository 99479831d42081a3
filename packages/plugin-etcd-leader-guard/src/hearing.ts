import { ATTEMPTS, type Court } from "./court.ts";
import {
  contended,
  decide,
  type Decision,
  type Denied,
  ungranted,
  transferFailed,
} from "./decision.ts";
import { denialOfUnreadable } from "./denial.ts";
import type { GrantsView } from "./grant-record.ts";
import { type Granting, openGrantTaking } from "./grant-taking.ts";
import type { Taking } from "./grants.ts";
import { allowed, type Departing, type Judgement, refused, type Taken } from "./judgement.ts";
import { namingOf } from "./member-of-pod.ts";
import { isReadable, type Picture, type Unreadable } from "./picture.ts";
import { transferLeadership } from "./transfer.ts";

/** One departure, from its question to whatever is left to do after the answer. */
export interface Hearing {
  /** Never rejects. */
  judge(): Promise<Judgement>;
  /** The answer where time is up; whatever is done after it is undone. */
  giveUp(): Judgement;
  /** Gives back what was not needed; after `judge` has ended. Never rejects. */
  close(): Promise<void>;
}

type Moving = Extract<Decision, { kind: "transfer" }>;

/**
 * Hears a departure. Safe by its order: grants are read before the statuses are asked for, and the grant
 * is written only if no other was since; so of two pods, whoever asks and wherever, the second is judged
 * knowing of the first.
 */
export function openHearing(court: Court, departing: Departing, answerInMs: number): Hearing {
  const { config, connections, grants, view } = court;
  const { pod, podUid, dryRun, annotation } = departing;
  const { name: cluster, namespace } = config;
  const place = { cluster, namespace, pod: pod.name, annotation };
  const naming = namingOf(config);
  const answerBy = Date.now() + answerInMs;
  /** A part of what there is: for a look, for another, for a grant, and for what comes after it. */
  const timeoutMs = Math.max(
    1,
    Math.floor(Math.min(config.callTimeoutMilliseconds, answerInMs / 4)),
  );
  const taker = openGrantTaking(court, departing);
  let moving: { picture: Picture; decision: Moving } | undefined;
  let answered: "no" | "allowed" | "denied" = "no";
  /** From then on it is not for `unreadable` to let the pod go: the cluster was read. */
  let wasRead = false;

  async function judge(): Promise<Judgement> {
    try {
      return await attempt();
    } catch (error) {
      return failed((error as Error).message);
    }
  }

  async function attempt(): Promise<Judgement> {
    const cached = dryRun ? undefined : grants.last();
    const first = cached ?? (await grants.read(view.askingOrder()).catch((error: Error) => error));
    if (first instanceof Error) return await withoutGrants(first);
    let known = first;
    // What was read for this review need not be read again before a denial.
    let isFresh = cached === undefined;
    let end: Denied = contended(place);
    for (let count = 0; count < ATTEMPTS && answered === "no"; count++) {
      if (count > 0 && Date.now() + 3 * timeoutMs > answerBy) break;
      const before = view.last();
      if (!dryRun && before) taker.begin(decideWith(before.picture, known), known, before.order);
      const seen = await view.look(timeoutMs);
      wasRead ||= isReadable(seen.picture);
      const decision = decideWith(seen.picture, known);
      if (decision.kind === "allow") return allowed(decision.reason);
      if (decision.kind === "deny") {
        if (decision.reason !== "granted-elsewhere" || isFresh) return refused(decision);
        await taker.drop();
        // The grant that is in the way may have ended since.
        known = await grants.read(view.askingOrder());
        isFresh = true;
        continue;
      }
      const taking = await finish(decision, known, seen.order);
      isFresh = true;
      if (taking instanceof Error) {
        // Whether it was taken nobody knows. It is given back, and another one asked for.
        end = ungranted(place, taking.message);
        known = await grants.read(view.askingOrder());
        continue;
      }
      if (taking.taken !== undefined) {
        // Decided by a picture, so by one that could be made.
        return await granted(decision, seen.picture as Picture, taking);
      }
      known = taking.view;
    }
    return refused(end);
  }

  function finish(
    decision: Granting,
    known: GrantsView,
    at: readonly string[],
  ): Promise<Taking | Error> {
    return taker.finish(decision, known, at).catch((error: Error) => error);
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
    const { grantSeconds } = config;
    const time = { now: Date.now(), grantSeconds };
    return decide({
      ...{ place, pod, podUid, naming, picture, grants: held, policy: config, dryRun },
      ...time,
    });
  }

  async function granted(decision: Granting, picture: Picture, taking: Taken): Promise<Judgement> {
    const undo = () => taker.giveBack(taking);
    const granting = { ...allowed(decision.reason), granted: decision.target, undo };
    if (decision.kind === "transfer" && answered === "no") {
      moving = { picture, decision };
      const why = await move(decision, picture);
      if (why === undefined && answered === "no") {
        // Where it cannot be noted, others wait until this grant has ended.
        const news = { movingTo: undefined };
        await grants.note(view.askingOrder(), taking.taken, news).catch(() => false);
        return { ...granting, movedTo: decision.to };
      }
      await undo();
      return refused(transferFailed(place, picture, decision, why ?? "it came too late"));
    }
    // What was let go without it is gone all the same: its grant must stay.
    if (answered !== "denied") return granting;
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

  function failed(why: string): Judgement {
    return wasRead ? refused(ungranted(place, why)) : unreadable(why);
  }

  function unreadable(why: string): Judgement {
    return config.unreadable === "allow"
      ? allowed("unreadable")
      : refused({ reason: "unreadable", message: denialOfUnreadable(place, why) });
  }

  return {
    judge,
    giveUp(): Judgement {
      const why = `it took longer than ${Math.round(answerInMs)} ms`;
      const answer =
        moving === undefined
          ? failed(why)
          : refused(transferFailed(place, moving.picture, moving.decision, why));
      answered = answer.allowed ? "allowed" : "denied";
      return answer;
    },
    close: taker.close,
  };
}
