/** An etcd id: uint64 as a decimal string, because a `number` makes two different ids equal. */
export type EtcdId = string;

/** What one member says of itself and of the cluster (`etcdserverpb.StatusResponse`): an opinion. */
export interface MemberStatus {
  readonly memberId: EtcdId;
  readonly clusterId: EtcdId;
  /** `"0"` where it knows of none. */
  readonly leaderId: EtcdId;
  readonly raftTerm: bigint;
  readonly raftIndex: bigint;
  readonly raftAppliedIndex: bigint;
  readonly isLearner: boolean;
  /** Alarms and the like, such as `etcdserver: no leader`; empty when it is well. */
  readonly errors: readonly string[];
}

/** One entry of the member list (`etcdserverpb.Member`). */
export interface Member {
  readonly id: EtcdId;
  /** Empty until the member has started for the first time. */
  readonly name: string;
  readonly peerURLs: readonly string[];
  /** Empty until the member has started for the first time. */
  readonly clientURLs: readonly string[];
  readonly isLearner: boolean;
}

/** What came of asking one endpoint for its status. */
export type Answer =
  | { readonly endpoint: string; readonly status: MemberStatus }
  | {
      readonly endpoint: string;
      /** In words. */
      readonly error: string;
      /** Whether nobody is there, as against one who is silent or refuses. */
      readonly gone?: boolean;
    };

/** What came of asking everybody, once. */
export interface Observation {
  /** The list of one member that knows it; undefined where none could be had. */
  readonly members: readonly Member[] | undefined;
  /**
   * Who gave that list: `member_id` in the header of the answer, or of the same endpoint's status. A
   * member that is cut off goes on
   * giving the list of long ago, so a list is worth as much as the member that gave it; one from
   * nobody (undefined) makes the cluster unreadable.
   */
  readonly membersFrom: EtcdId | undefined;
  readonly answers: readonly Answer[];
}
