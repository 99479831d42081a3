import type { Answer, Member, MemberStatus, Observation } from "../src/member-status.ts";

export const CLUSTER_ID = "14841639068965178418";

/** Ids at the end of uint64, which a `number` cannot tell apart. */
export const idOf = (index: number) => String(18_446_744_073_709_551_615n - BigInt(index));

/** `etcd-<index>`, as the upstream StatefulSet makes it. */
export function member(index: number, more: Partial<Member> = {}): Member {
  return {
    id: idOf(index),
    name: `etcd-${index}`,
    peerURLs: [`http://etcd-${index}.etcd:2380`],
    clientURLs: [`http://etcd-${index}.etcd:2379`],
    isLearner: false,
    ...more,
  };
}

/** A member that was added and never started. */
export function unstarted(index: number, more: Partial<Member> = {}): Member {
  return member(index, { name: "", clientURLs: [], ...more });
}

/** What a healthy follower of `etcd-0` says in term 7. */
export function status(index: number, more: Partial<MemberStatus> = {}): MemberStatus {
  return {
    memberId: idOf(index),
    clusterId: CLUSTER_ID,
    leaderId: idOf(0),
    raftTerm: 7n,
    raftIndex: 1000n,
    raftAppliedIndex: 1000n,
    isLearner: false,
    errors: [],
    ...more,
  };
}

export function answer(index: number, more: Partial<MemberStatus> = {}): Answer {
  return { endpoint: `http://etcd-${index}.etcd:2379`, status: status(index, more) };
}

export function silence(index: number, error = "deadline exceeded"): Answer {
  return { endpoint: `http://etcd-${index}.etcd:2379`, error };
}

/** A cluster in which all is well, or what `more` says; the list is from the first that is well. */
export function observed(size: number, more: Partial<Observation> = {}): Observation {
  const indices = Array.from({ length: size }, (_, index) => index);
  return {
    members: indices.map((index) => member(index)),
    membersFrom: idOf(0),
    answers: indices.map((index) => answer(index)),
    ...more,
  };
}
