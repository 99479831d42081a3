import type { Member } from "./member-status.ts";
import { hexId, titleOf } from "./opinions.ts";
import type { Picture } from "./picture.ts";
import type { Policy } from "./policy.ts";

/** Where a denial is given: what its message names. */
export interface DenialPlace {
  /** The cluster's name in the configuration. */
  readonly cluster: string;
  readonly namespace: string;
  readonly pod: string;
  /** The annotation that breaks the glass. */
  readonly annotation: string;
}

/** What to do where another pod comes first. */
export function laterOn(
  { leader }: Picture,
  { id }: Member,
  policy: Pick<Policy, "leader"> = { leader: "transfer" },
): string {
  const isDeniedThen = id === leader.id && policy.leader === "deny";
  return isDeniedThen
    ? "Wait, and move the leadership to another member: the leader's pod is denied then as well."
    : "Wait, then try again.";
}

/** The pod, its member and how the cluster is: how each denial of a readable cluster begins. */
export function whoIs({ cluster, pod }: DenialPlace, picture: Picture, member: Member): string {
  const { term, voters, healthy, quorum } = picture;
  const name = member.name === "" ? hexId(member.id) : member.name;
  return (
    `etcd cluster "${cluster}": pod ${pod} is ${roleOf(picture, member)} (member ${name}, term ${term}); ` +
    `${healthy.size} of ${voters.length} voters healthy, quorum ${quorum}.`
  );
}

function roleOf({ leader, healthy }: Picture, { id, name, isLearner }: Member): string {
  if (isLearner) return "a learner";
  if (id === leader.id) return healthy.has(id) ? "the leader" : "the leader, and unhealthy";
  if (name === "") return "a voter that has not started yet";
  return healthy.has(id) ? "a follower" : "an unhealthy follower";
}

/** Who is unhealthy, and why; empty where nobody is. */
export function unhealthyIn({ unhealthy, members }: Picture): string {
  if (unhealthy.size === 0) return "";
  const each = [...unhealthy].map(([id, wrong]) => `${titleOf(id, members)} ${wrong}`);
  return `Unhealthy: ${each.join("; ")}.`;
}

/** The command by which a person moves it: etcdctl reads ids as hexadecimal, and asks the leader alone. */
export function moveLeader({ clientURLs }: Member, to: Member): string {
  const command = `etcdctl move-leader ${hexId(to.id)}`;
  const endpoints = clientURLs.length === 0 ? "" : ` --endpoints ${clientURLs.join(",")}`;
  const isTls = clientURLs.some((url) => url.startsWith("https:"));
  // Behind the command, so that it can be copied: an id tells nobody who is meant.
  const notes = [
    ...(to.name === "" ? [] : [`to ${to.name}`]),
    ...(isTls ? ["with --cacert, --cert and --key"] : []),
  ];
  return `${command}${endpoints}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}`;
}

/** How it is done all the same. */
export function breakGlass({ namespace, pod, annotation }: DenialPlace): string {
  return `To delete it all the same: kubectl annotate pod ${pod} --namespace ${namespace} '${annotation}=<why>', then kubectl delete pod ${pod} --namespace ${namespace}.`;
}

/** What else was odd; empty where nothing was. */
export function notesOf({ notes }: Picture): string {
  return notes.length === 0 ? "" : `Note: ${notes.join("; ")}.`;
}

/** One sentence after the other, without those that are empty. */
export const say = (...sentences: readonly string[]) =>
  sentences.filter((each) => each !== "").join(" ");
