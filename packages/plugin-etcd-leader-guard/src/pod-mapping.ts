import type { Logger } from "@gatewright/core";
import { type ClusterConfig, endpointOfPod } from "./config.ts";
import type { Connections } from "./connections.ts";
import { knownPods } from "./guarded-pod.ts";
import { isAnotherOf, membersWithoutPod, podNameFor, podNamesOf } from "./member-of-pod.ts";
import type { Member } from "./member-status.ts";

/** Which pods the members have, told in the log, so that a mistake in the configuration shows before it matters. */
export interface PodMapping {
  /** Takes in the members; a line for each change, and none for each look. */
  learn(members: readonly Member[]): void;
  /** Whether a pod of any name may be a member's: there are members of whose pods nothing is known. */
  isOpen(): boolean;
}

type Mapped = Pick<ClusterConfig, "members" | "namespace" | "podName">;

/** Makes the mapping of one cluster; it knows nobody yet. */
export function createPodMapping(
  { members: configured, namespace, podName }: Mapped,
  { endpointOf }: Pick<Connections, "endpointOf">,
  log: Logger,
): PodMapping {
  const { template, pods = [] } = configured;
  const listed = new Set(pods);
  /** Those that are told by an endpoint as well, which is enough to know an eviction by. */
  const named = knownPods(configured, [], podName);
  let podless: readonly Member[] = [];
  let told = "";
  let warned = "";

  function answersByTemplate(member: Member): boolean {
    const endpoint = template === undefined ? undefined : endpointOf(member.id);
    return podNamesOf(member, podName).some(
      (pod) => endpoint === endpointOfPod(template ?? "", pod, namespace),
    );
  }

  /** Started members that are none of the listed pods', where one of those could be theirs. */
  function unlisted(members: readonly Member[]): readonly Member[] {
    if (pods.length === 0) return [];
    const names = new Set(members.flatMap((member) => podNamesOf(member, podName)));
    // By a template members may join that nobody has listed.
    if (template !== undefined && pods.every((pod) => names.has(pod))) return [];
    return members.filter(({ name }) => name !== "").filter((member) => !isListed(member));
  }

  const isListed = (member: Member) => isAnotherOf(listed, member, podName);

  function podOf(member: Member): string {
    if (podless.includes(member)) return "no known pod";
    const names = podNamesOf(member, podName);
    const surest = names.find((name) => listed.has(name)) ?? names.find((name) => named.has(name));
    return `pod ${surest ?? names[0]}`;
  }

  function warningOf(strangers: readonly Member[]): string {
    if (strangers.length === 0) return "";
    const names = namesOf(strangers);
    const who = strangers.length > 1 ? `members ${names} are` : `member ${names} is`;
    const guess = pods.map((pod) => podNameFor(pod, strangers)).find((each) => each !== undefined);
    const set = `set "podName"${guess === undefined ? "" : ` (by their names "${guess}")`}`;
    return pods.length > 0
      ? `etcd: ${who} nobody of pods [${pods.join(", ")}]: ${set}`
      : `etcd: no pod is known of ${who.replace(/ (?:are|is)$/, "")}: ${set} or list "members.pods"`;
  }

  return {
    learn(members) {
      const naming = { podName, pods: named };
      podless = membersWithoutPod(members, naming).filter((each) => !answersByTemplate(each));
      const mapping = members
        .filter(({ name }) => name !== "")
        .map((member) => `${member.name} -> ${podOf(member)}`)
        .toSorted()
        .join(", ");
      if (mapping !== told) log.info(`etcd: members' pods: ${mapping}`);
      told = mapping;
      const strangers = [...new Set([...podless, ...unlisted(members)])];
      const warning = warningOf(strangers);
      if (warning !== "" && warning !== warned) log.warn({ podName }, warning);
      warned = warning;
    },
    isOpen: () => podless.length > 0,
  };
}

function namesOf(members: readonly Member[]): string {
  return members
    .map(({ name }) => name)
    .toSorted()
    .join(", ");
}
