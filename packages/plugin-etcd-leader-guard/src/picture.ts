import type { EtcdId, Member, MemberStatus, Observation } from "./member-status.ts";
import { errorOf, type Opinions, opinionsOf, silenceOf, titleOf } from "./opinions.ts";

/** A cluster as a majority of its voters sees it. */
export interface Picture {
  readonly clusterId: EtcdId;
  readonly term: bigint;
  /** Whom the majority names; it may itself be silent. */
  readonly leader: Member;
  readonly members: readonly Member[];
  /** Those that vote, started or not: what the quorum is counted from. */
  readonly voters: readonly Member[];
  readonly learners: readonly Member[];
  /** How many voters must be healthy. */
  readonly quorum: number;
  /** The ids of voters that carry the cluster. */
  readonly healthy: ReadonlySet<EtcdId>;
  /** Of each other voter: what is wrong with it, for people. */
  readonly unhealthy: ReadonlyMap<EtcdId, string>;
  /** How far each voter that answered has applied the log. */
  readonly appliedIndex: ReadonlyMap<EtcdId, bigint>;
  /** What else was odd, for people; empty in a well cluster. */
  readonly notes: readonly string[];
}

/** A cluster of which no picture can be made, and why: for people. */
export interface Unreadable {
  readonly unreadable: string;
}

/** Whether a majority could be heard. */
export function isReadable(picture: Picture | Unreadable): picture is Picture {
  return !("unreadable" in picture);
}

/** How many of `voters` make a quorum. */
export function quorumOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/**
 * What a majority of voters says, in one cluster, at the highest term: nothing less is believed. A
 * member that was cut off still calls itself leader, a frozen leader is named by the others, and after
 * a bad restore each leads a cluster of its own. Whatever does not fit together makes the cluster
 * unreadable or the member unhealthy: a mistake is then a denial too many, not a quorum lost.
 *
 * @param maximumLag how many raft entries a healthy voter may have yet to apply
 */
export function pictureOf(observation: Observation, maximumLag: number): Picture | Unreadable {
  if (observation.members === undefined) {
    return { unreadable: `no member list was given (${silenceOf(observation.answers)})` };
  }
  const members = [...new Map(observation.members.map((each) => [each.id, each])).values()];
  const voters = members.filter(({ isLearner }) => !isLearner);
  const learners = members.filter(({ isLearner }) => isLearner);
  const quorum = quorumOf(voters.length);
  const opinions = opinionsOf(observation.answers);

  const heard = voters.flatMap(({ id }) => opinions.of.get(id) ?? []);
  const { length: count } = heard;
  if (count < quorum) {
    const why = silenceOf(observation.answers);
    return {
      unreadable: `${count} of ${voters.length} voters answered, quorum ${quorum} (${why})`,
    };
  }
  const clusterId = commonest(heard.map((status) => status.clusterId));
  const own = heard.filter((status) => status.clusterId === clusterId);
  const foreign = opinions.all.filter((status) => status.clusterId !== clusterId);
  // As many on the other side are no stray members: then it may be our list that is the stray one.
  if (own.length < quorum || new Set(foreign.map(idOf)).size >= own.length) {
    return { unreadable: `split brain: ${sidesOf(opinions, members)}` };
  }
  const outdated = outdatedBy(opinions, members, clusterId);
  if (outdated !== undefined) return { unreadable: outdated };

  const rule = ruleOf(own, opinions, { clusterId, quorum, voters });
  if ("unreadable" in rule) return rule;

  const unhealthy = new Map<EtcdId, string>();
  const reference = highest(own.map(({ raftIndex }) => raftIndex));
  for (const voter of voters) {
    const wrong =
      faultOf(voter, opinions.of.get(voter.id), { ...rule, clusterId, voters }) ??
      lagOf(opinions.of.get(voter.id), reference, BigInt(maximumLag)) ??
      silenceOfMember(voter, opinions, observation);
    if (wrong !== undefined) unhealthy.set(voter.id, wrong);
  }
  const healthy = new Set(voters.map(({ id }) => id).filter((id) => !unhealthy.has(id)));
  const { membersFrom } = observation;
  if (membersFrom === undefined || !healthy.has(membersFrom)) {
    const giver = membersFrom === undefined ? "nobody knows whom" : titleOf(membersFrom, members);
    const wrong = membersFrom === undefined ? undefined : unhealthy.get(membersFrom);
    const why = wrong === undefined ? "" : `: it ${wrong}`;
    return { unreadable: `the member list is from ${giver}, not from a healthy voter${why}` };
  }
  return {
    ...rule,
    clusterId,
    members,
    voters,
    learners,
    quorum,
    healthy,
    unhealthy,
    appliedIndex: new Map(own.map((status) => [status.memberId, status.raftAppliedIndex])),
    notes: foreign.map(
      (status) =>
        `${titleOf(status.memberId, members)} answers for cluster id ${status.clusterId}, not ${clusterId}`,
    ),
  };
}

interface Rule {
  readonly leader: Member;
  readonly term: bigint;
}

/** Whom a majority of the voters names at the highest term that anybody knows. */
function ruleOf(
  own: readonly MemberStatus[],
  { all }: Opinions,
  { clusterId, quorum, voters }: Pick<Picture, "clusterId" | "quorum" | "voters">,
): Rule | Unreadable {
  const known = all.filter((status) => status.clusterId === clusterId);
  // A learner has no vote, but a term that it knows of has begun.
  const term = highest(known.map(({ raftTerm }) => raftTerm));
  const votes = own.filter(({ raftTerm, isLearner }) => raftTerm === term && !isLearner);
  const named = votes.map(({ leaderId }) => leaderId).filter((id) => id !== "0");
  const leader = voters.find(({ id }) => id === commonest(named));
  const followers = named.filter((id) => id === leader?.id).length;
  const said = known
    .map(({ memberId, leaderId, raftTerm }) => {
      const [who, whom] = [titleOf(memberId, voters), titleOf(leaderId, voters)];
      return `${who} names ${whom} in term ${raftTerm}`;
    })
    .join(", ");
  if (leader === undefined || followers < quorum) {
    return { unreadable: `no majority names one leader in term ${term}: ${said}` };
  }
  // Raft has one leader a term at most: who names another is not of the same cluster, whatever its id.
  const rivals = known.filter(
    ({ leaderId, raftTerm }) => raftTerm === term && leaderId !== "0" && leaderId !== leader.id,
  );
  return rivals.length > 0 ? { unreadable: `split brain: ${said}` } : { leader, term };
}

/** Proof that the member list is not of now, or not of this cluster. */
function outdatedBy(
  { all }: Opinions,
  members: readonly Member[],
  clusterId: EtcdId,
): string | undefined {
  for (const status of all.filter((each) => each.clusterId === clusterId)) {
    const member = members.find(({ id }) => id === status.memberId);
    const who = titleOf(status.memberId, members);
    if (member === undefined) return `the member list is out of date: ${who} is not in it`;
    if (member.isLearner && !status.isLearner) {
      return `the member list is out of date: ${who} is a learner in it, and votes`;
    }
  }
  return undefined;
}

function faultOf(
  voter: Member,
  status: MemberStatus | undefined,
  { clusterId, leader, term, voters }: Rule & Pick<Picture, "clusterId" | "voters">,
): string | undefined {
  if (voter.name === "") return "has not started yet";
  if (status === undefined) return undefined;
  if (status.clusterId !== clusterId) return `answers for cluster id ${status.clusterId}`;
  if (status.isLearner) return "calls itself a learner";
  const own = status.errors.filter((error) => isOwn(error, voter));
  if (own.length > 0) return `reports ${own.join(", ").trim()}`;
  if (status.raftTerm !== term) return `is in term ${status.raftTerm}`;
  if (status.leaderId !== leader.id) return `names ${titleOf(status.leaderId, voters)}`;
  return undefined;
}

/** etcd tells every alarm to everybody: `memberID:123 alarm:NOSPACE` (`etcdserverpb.AlarmMember`). */
function isOwn(error: string, { id }: Member): boolean {
  const raisedBy = /^memberID:(\d+) alarm:/.exec(error)?.[1];
  return raisedBy === undefined || raisedBy === id;
}

function lagOf(
  status: MemberStatus | undefined,
  reference: bigint,
  maximumLag: bigint,
): string | undefined {
  if (status === undefined) return undefined;
  const lag = reference - status.raftAppliedIndex;
  return lag > maximumLag ? `is ${lag} raft entries behind` : undefined;
}

function silenceOfMember(
  voter: Member,
  { of, contradictory }: Opinions,
  { answers }: Observation,
): string | undefined {
  if (of.has(voter.id)) return undefined;
  if (contradictory.has(voter.id)) return "contradicts itself";
  const error = errorOf(voter, answers);
  return error === undefined ? "does not answer" : `does not answer: ${error}`;
}

function sidesOf({ all }: Opinions, members: readonly Member[]): string {
  const sides = Map.groupBy(all, ({ clusterId }) => clusterId);
  return [...sides]
    .map(([clusterId, each]) => {
      const names = new Set(each.map(({ memberId }) => titleOf(memberId, members)));
      return `${[...names].join(", ")} answered for cluster id ${clusterId}`;
    })
    .join("; ");
}

const idOf = ({ memberId }: MemberStatus) => memberId;

function highest(values: readonly bigint[]): bigint {
  return values.reduce((most, value) => (value > most ? value : most), 0n);
}

/** The value that is there most often. */
function commonest(ids: readonly EtcdId[]): EtcdId {
  const counts = Map.groupBy(ids, (id) => id);
  return [...counts].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? "";
}
