import {
  denialOfContention,
  denialOfFailedTransfer,
  denialOfLeader,
  denialOfLearner,
  denialOfMove,
  denialOfNoGrant,
  denialOfQuorum,
  denialOfSilentLeader,
  denialOfSingleMember,
  denialOfStay,
  denialOfTwoMembers,
  denialOfUnmappable,
  denialOfUnreadable,
} from "./denial.ts";
import type { DenialPlace } from "./denial-words.ts";
import { memberOfPod, type PodIdentity, type PodNaming } from "./member-of-pod.ts";
import type { EtcdId, Member } from "./member-status.ts";
import { isReadable, type Picture, type Unreadable } from "./picture.ts";
import { type Grant, type Policy, standingGrant } from "./policy.ts";

/** Why a departure was allowed or denied, in one of few words: a metric's label. */
export type Reason =
  | "follower"
  | "leader"
  | "leader-transfer"
  | "quorum"
  | "granted-elsewhere"
  | "single-member"
  | "two-members"
  | "learner"
  | "unreadable"
  | "unmappable"
  | "not-a-member"
  | "transfer-failed"
  | "contended"
  | "stayed"
  | "no-grant"
  | "overloaded"
  | "terminating"
  | "finished"
  | "mirror"
  | "controller"
  | "break-glass";

/** What is to be done. */
export type Decision =
  | { readonly kind: "allow"; readonly reason: Reason }
  /** Allowed once a grant for `target` was taken, as long as nothing has changed before. */
  | { readonly kind: "grant"; readonly reason: Reason; readonly target: Member }
  /** Allowed once a grant for `target` was taken and `to` leads. */
  | {
      readonly kind: "transfer";
      readonly reason: Reason;
      readonly target: Member;
      readonly to: Member;
    }
  | Denied;

/** A refusal, in words for who asked. */
export interface Denied {
  readonly kind: "deny";
  readonly reason: Reason;
  readonly message: string;
}

/** One pod that is to go, and all that is known of its cluster. */
export interface Question {
  readonly place: DenialPlace;
  readonly pod: PodIdentity;
  /** Undefined where it is not known. */
  readonly podUid: string | undefined;
  readonly naming: PodNaming;
  /** Made of statuses that were asked for after the grants had been read. */
  readonly picture: Picture | Unreadable;
  /** All grants of the cluster that live, the pod's own as well. */
  readonly grants: readonly Grant[];
  readonly policy: Policy;
  /** The same decision, without a grant and without a transfer. */
  readonly dryRun: boolean;
  /** On `Date.now()`'s clock. */
  readonly now: number;
  /** For how long a pod that has a grant, and stays, may have it anew. */
  readonly grantSeconds: number;
}

/**
 * Whether a pod may go now: where it is a voter's, only if the voters that are healthy, without it and
 * without all those that may already go, still make a quorum; and never the leader's before another leads.
 */
export function decide(question: Question): Decision {
  const { place, pod, naming, picture, policy } = question;
  if (!isReadable(picture)) {
    return policy.unreadable === "allow"
      ? { kind: "allow", reason: "unreadable" }
      : deny("unreadable", denialOfUnreadable(place, picture.unreadable));
  }
  const mapping = memberOfPod(pod, picture.members, naming);
  if ("unmappable" in mapping) {
    return deny("unmappable", denialOfUnmappable(place, mapping, naming.podName));
  }
  const { member } = mapping;
  if (member === undefined) return { kind: "allow", reason: "not-a-member" };
  if (member.isLearner) {
    if (policy.learner === "deny") return deny("learner", denialOfLearner(place, picture, member));
    // A grant, as for a voter: its id stays, and it may be promoted before it has gone.
    return (
      stayed(question, picture, member) ??
      (question.dryRun
        ? { kind: "allow", reason: "learner" }
        : { kind: "grant", reason: "learner", target: member })
    );
  }
  if (picture.voters.length === 1) {
    // No grant: there is nobody whom it would keep from going.
    return policy.singleMember === "allow"
      ? { kind: "allow", reason: "single-member" }
      : deny("single-member", denialOfSingleMember(place, picture, member));
  }
  return decideOnVoter(question, picture, member);
}

/** Another replica took a grant first, again and again. */
export function contended(place: DenialPlace): Denied {
  return deny("contended", denialOfContention(place));
}

/** The cluster lets it go, and its grant could not be had; `why` for people. */
export function ungranted(place: DenialPlace, why: string): Denied {
  return deny("no-grant", denialOfNoGrant(place, why));
}

/** Leadership did not move; `why` for people. */
export function transferFailed(
  place: DenialPlace,
  picture: Picture,
  { target, to }: { readonly target: Member; readonly to: Member },
  why: string,
): Denied {
  return deny("transfer-failed", denialOfFailedTransfer(place, picture, target, to, why));
}

/** Voters that will carry the cluster when the target and all those with a grant are gone. */
export function remaining(
  { healthy, voters }: Pick<Picture, "healthy" | "voters">,
  grants: readonly Pick<Grant, "memberId">[],
  target: EtcdId,
): Member[] {
  const gone = new Set([target, ...grants.map(({ memberId }) => memberId)]);
  return voters.filter(({ id }) => healthy.has(id) && !gone.has(id));
}

function decideOnVoter(question: Question, picture: Picture, target: Member): Decision {
  const { place, grants, policy, dryRun } = question;
  const two = picture.voters.length === 2;
  if (two && policy.twoMembers === "deny") {
    return deny("two-members", denialOfTwoMembers(place, picture, target));
  }
  // Two voters can never do without one: where that was accepted, one of them stays.
  const needed = two ? 1 : picture.quorum;
  const left = remaining(picture, grants, target.id);
  const mover = grants.find(({ memberId, movingTo }) => movingTo && memberId !== target.id);
  if (mover !== undefined)
    return deny("granted-elsewhere", denialOfMove(place, picture, target, mover, policy));
  if (left.length < needed) {
    const others = grants.filter(({ memberId }) => memberId !== target.id);
    const inTheWay = remaining(picture, [], target.id).length >= needed ? others : [];
    const reason = inTheWay.length > 0 ? "granted-elsewhere" : "quorum";
    return deny(reason, denialOfQuorum(place, picture, target, left.length, inTheWay, policy));
  }
  const stay = stayed(question, picture, target);
  if (stay !== undefined) return stay;
  if (target.id !== picture.leader.id) {
    return dryRun
      ? { kind: "allow", reason: "follower" }
      : { kind: "grant", reason: "follower", target };
  }
  const to = mostAdvanced(left, picture);
  if (to === undefined || !picture.appliedIndex.has(target.id)) {
    return deny("leader", denialOfSilentLeader(place, picture, target));
  }
  if (policy.leader === "deny") return deny("leader", denialOfLeader(place, picture, target, to));
  return dryRun
    ? { kind: "allow", reason: "leader-transfer" }
    : { kind: "transfer", reason: "leader-transfer", target, to };
}

/**
 * Refuses a pod that was let go long ago and has stayed: others wait for it, and would wait for as long as
 * somebody asks. Its grant ends by its lease then.
 */
function stayed(
  { place, podUid, grants, now, grantSeconds }: Question,
  picture: Picture,
  target: Member,
): Denied | undefined {
  const own = standingGrant(grants, target.id, podUid);
  if (own === undefined || !(now - Date.parse(own.since) > grantSeconds * 1000)) return undefined;
  return deny("stayed", denialOfStay(place, picture, target, own));
}

function mostAdvanced(voters: readonly Member[], { appliedIndex }: Picture): Member | undefined {
  let most: Member | undefined;
  const applied = (member: Member) => appliedIndex.get(member.id) ?? -1n;
  for (const voter of voters) {
    if (most === undefined || applied(voter) > applied(most)) most = voter;
  }
  return most;
}

function deny(reason: Reason, message: string): Denied {
  return { kind: "deny", reason, message };
}
