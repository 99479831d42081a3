import type { Answer, EtcdId, Member, MemberStatus } from "./member-status.ts";

/** What a round of asking gave, sorted by who said it. */
export interface Opinions {
  /** Every status as it came. */
  readonly all: readonly MemberStatus[];
  /**
   * One opinion a member, however many endpoints reach it: of two answers the worse holds.
   * A member that contradicts itself has none.
   */
  readonly of: ReadonlyMap<EtcdId, MemberStatus>;
  /** Members that contradict themselves: two processes with one id, or an election in between. */
  readonly contradictory: ReadonlySet<EtcdId>;
}

/** Sorts answers by member. */
export function opinionsOf(answers: readonly Answer[]): Opinions {
  const all = answers.flatMap((answer) => ("status" in answer ? [answer.status] : []));
  const of = new Map<EtcdId, MemberStatus>();
  const contradictory = new Set<EtcdId>();
  for (const status of all) {
    const before = of.get(status.memberId);
    if (before !== undefined && !agree(before, status)) contradictory.add(status.memberId);
    of.set(status.memberId, before === undefined ? status : worse(before, status));
  }
  for (const id of contradictory) of.delete(id);
  return { all, of, contradictory };
}

/** What was said of endpoints that did not answer; for people. */
export function silenceOf(answers: readonly Answer[]): string {
  const failed = answers.filter((each) => "error" in each);
  // What is wrong with all of them, such as a file that is not there, is said once.
  const said = [...Map.groupBy(failed, ({ error }) => error)].map(
    ([error, each]) => `${each.map(({ endpoint }) => endpoint).join(", ")}: ${error}`,
  );
  if (said.length > 0) return said.join("; ");
  return answers.length === 0 ? "no endpoint was asked" : "all endpoints asked did answer";
}

/** Why a member is silent, where one of its own endpoints told. */
export function errorOf({ clientURLs }: Member, answers: readonly Answer[]): string | undefined {
  const own = new Set(clientURLs.map(bare));
  for (const answer of answers) {
    if ("error" in answer && own.has(bare(answer.endpoint))) return answer.error;
  }
  return undefined;
}

/** A member by its name, or by its id where it has none; for people. */
export function titleOf(id: EtcdId, members: readonly Member[]): string {
  if (id === "0") return "no leader";
  const name = members.find((member) => member.id === id)?.name ?? "";
  return name === "" ? `member ${hexId(id)}` : name;
}

/** An id as etcd's own tools write and read it. */
export function hexId(id: EtcdId): string {
  return BigInt(id).toString(16);
}

function agree(a: MemberStatus, b: MemberStatus): boolean {
  return (
    a.clusterId === b.clusterId &&
    a.leaderId === b.leaderId &&
    a.raftTerm === b.raftTerm &&
    a.isLearner === b.isLearner
  );
}

function worse(a: MemberStatus, b: MemberStatus): MemberStatus {
  return {
    ...a,
    raftIndex: a.raftIndex > b.raftIndex ? a.raftIndex : b.raftIndex,
    raftAppliedIndex:
      a.raftAppliedIndex < b.raftAppliedIndex ? a.raftAppliedIndex : b.raftAppliedIndex,
    errors: [...new Set([...a.errors, ...b.errors])],
  };
}

const bare = (url: string) => url.replace(/\/$/, "");
