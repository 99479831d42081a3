import type { DenialDetails } from "@gatewright/core";
import type { Member } from "./member-status.ts";
import {
  breakGlass,
  type DenialPlace,
  laterOn,
  moveLeader,
  notesOf,
  say,
  unhealthyIn,
  whoIs,
} from "./denial-words.ts";
import { titleOf } from "./opinions.ts";
import type { Picture } from "./picture.ts";
import type { Grant, Policy } from "./policy.ts";

/**
 * How a denial is answered: a DELETE with 403; an eviction with 429, on which alone `kubectl drain`
 * waits and tries again; and so is everything, where too many ask at once.
 */
export function denialDetails(
  operation: "CREATE" | "DELETE",
  retryAfterSeconds: number,
  isCrowd = false,
): DenialDetails {
  return operation === "DELETE" && !isCrowd
    ? { code: 403, reason: "Forbidden" }
    : { code: 429, reason: "TooManyRequests", retryAfterSeconds };
}

/** The leader's pod, where leadership is not moved for it. `to` is whom to move it to. */
export function denialOfLeader(
  place: DenialPlace,
  picture: Picture,
  leader: Member,
  to: Member,
): string {
  const move = moveLeader(leader, to);
  return say(
    whoIs(place, picture, leader),
    `Move the leadership first: ${move}, or set "leader: transfer".`,
    notesOf(picture),
  );
}

/** The leader's pod, while the leader itself answers nobody. */
export function denialOfSilentLeader(place: DenialPlace, picture: Picture, leader: Member): string {
  return say(
    whoIs(place, picture, leader),
    unhealthyIn(picture),
    "The leadership cannot be moved from a leader that does not answer; once the others miss it they elect another. Try again then.",
    breakGlass(place),
    notesOf(picture),
  );
}

/** A voter without which too few remain; `inTheWay` are grants that it would pass without. */
export function denialOfQuorum(
  place: DenialPlace,
  picture: Picture,
  target: Member,
  left: number,
  inTheWay: readonly Grant[],
  policy?: Pick<Policy, "leader">,
): string {
  const who = whoIs(place, picture, target);
  if (inTheWay.length === 0) {
    return say(
      who,
      `Without it, ${left} would be left.`,
      unhealthyIn(picture),
      "Wait until they are healthy, or mend them first.",
      breakGlass(place),
      notesOf(picture),
    );
  }
  const granted = inTheWay
    .map(
      ({ pod, memberId, since }) => `${pod || titleOf(memberId, picture.members)} (since ${since})`,
    )
    .join(", ");
  const pods = inTheWay.length > 1 ? "pods" : "pod";
  return say(
    who,
    `Leave to go is with ${pods} ${granted} until healthy again; without ${target.name || "it"} as well, ${left} would be left.`,
    unhealthyIn(picture),
    laterOn(picture, target, policy),
    notesOf(picture),
  );
}

/** A voter, while the leadership is being moved away from another one; `mover` is that one's grant. */
export function denialOfMove(
  place: DenialPlace,
  picture: Picture,
  target: Member,
  mover: Grant,
  policy?: Pick<Policy, "leader">,
): string {
  return say(
    whoIs(place, picture, target),
    `The leadership is just being moved away from pod ${mover.pod}.`,
    laterOn(picture, target, policy),
    notesOf(picture),
  );
}

/** A pod that has had leave to go for long, and is still there. */
export function denialOfStay(
  place: DenialPlace,
  picture: Picture,
  target: Member,
  { since }: Grant,
): string {
  return say(
    whoIs(place, picture, target),
    `It has had leave to go since ${since} and has not gone, while others wait.`,
    "See to what keeps it, such as a PodDisruptionBudget; its leave ends by itself, then try again.",
    notesOf(picture),
  );
}

/** The only voter. */
export function denialOfSingleMember(place: DenialPlace, picture: Picture, target: Member): string {
  return say(
    whoIs(place, picture, target),
    'It is the only voter: without it there is no etcd. Set "singleMember: allow" if that is acceptable.',
    breakGlass(place),
    notesOf(picture),
  );
}

/** One of two voters. */
export function denialOfTwoMembers(place: DenialPlace, picture: Picture, target: Member): string {
  return say(
    whoIs(place, picture, target),
    'Two voters have no quorum without one of them. Add a third, or set "twoMembers: allow" if that is acceptable.',
    breakGlass(place),
    notesOf(picture),
  );
}

/** A learner. */
export function denialOfLearner(place: DenialPlace, picture: Picture, target: Member): string {
  return say(
    whoIs(place, picture, target),
    'A learner that goes has to catch up anew. Wait until it was promoted, or set "learner: allow".',
    breakGlass(place),
    notesOf(picture),
  );
}

/** A pod of a cluster that cannot be read; `why` for people. */
export function denialOfUnreadable(place: DenialPlace, why: string): string {
  return say(
    `etcd cluster "${place.cluster}": pod ${place.pod} may be a member, and the cluster cannot be read: ${why}.`,
    'Nobody can tell whether it survives without this pod. Mend the cluster, or set "unreadable: allow".',
    breakGlass(place),
  );
}

/** A pod that may be any member's; `podName` is how it is configured. */
export function denialOfUnmappable(
  place: DenialPlace,
  {
    unmappable,
    podName: guess,
  }: { readonly unmappable: string; readonly podName?: string | undefined },
  podName: string,
): string {
  const to = guess === undefined ? "how the members' names give their pods'" : `"${guess}"`;
  return say(
    `etcd cluster "${place.cluster}": pod ${place.pod} may be a member, and it is not known which: ${unmappable}.`,
    `Set "podName" (now "${podName}") to ${to} if it is a member's; if it is nobody's, list all members' pods as "members.pods".`,
    breakGlass(place),
  );
}

/** Others were faster, again and again. */
export function denialOfContention({ cluster, pod }: DenialPlace): string {
  return `etcd cluster "${cluster}": pod ${pod} was not allowed to go: other pods of the cluster were asked for at the same time. Try again.`;
}

/** Leave that could not be written down; `why` for people. */
export function denialOfNoGrant({ cluster, pod }: DenialPlace, why: string): string {
  return `etcd cluster "${cluster}": pod ${pod} was not allowed to go: its leave to go could not be kept in etcd, where others would see it: ${why}. Try again.`;
}

/** One too many. */
export function denialOfCrowd(cluster: string, pod: string, count: number): string {
  return `etcd cluster "${cluster}": pod ${pod} was not judged: ${count} other requests for the cluster's pods are being judged. Try again.`;
}

/** The leader's pod, where leadership was to be moved and was not; `why` for people. */
export function denialOfFailedTransfer(
  place: DenialPlace,
  picture: Picture,
  leader: Member,
  to: Member,
  why: string,
): string {
  return say(
    whoIs(place, picture, leader),
    `Its leadership was to go to ${titleOf(to.id, picture.members)}, and did not: ${why}.`,
    `Try again, or move it by hand: ${moveLeader(leader, to)}.`,
    notesOf(picture),
  );
}
