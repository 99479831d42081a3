import type { EtcdId } from "./member-status.ts";

/** What is decided where the quorum formula has no answer. */
export type Choice = "deny" | "allow";

/** One cluster's policy, as configured. */
export interface Policy {
  readonly leader: "deny" | "transfer";
  readonly singleMember: Choice;
  readonly twoMembers: Choice;
  readonly learner: Choice;
  readonly unreadable: Choice;
}

/** Leave for one member's pod to go, kept in the guarded etcd itself until the member is back. */
export interface Grant {
  readonly memberId: EtcdId;
  /** The member's name. */
  readonly member: string;
  readonly pod: string;
  readonly podUid: string | undefined;
  /** When it was given, RFC 3339. */
  readonly since: string;
  /**
   * Whom the leadership is being moved to for it, while that is under way: nobody else is to go then. A
   * leader that waits for its successor takes no writes, and one that waits in vain is voted out.
   */
  readonly movingTo: EtcdId | undefined;
  /** Whether the pod was removed at once, so that no final DELETE of a kubelet tells of its end. */
  readonly forced: boolean;
  /** Whether a kubelet has told of the pod's end since: then its member's health ends the grant. */
  readonly gone: boolean;
  /** The lease under which the key lives. */
  readonly lease: EtcdId;
}

/**
 * The grant that this pod has, and has not gone by; undefined where there is none, or it was another pod's
 * of that name. Where one of them does not tell its uid, they are taken for the same.
 */
export function standingGrant(
  grants: readonly Grant[],
  memberId: EtcdId,
  podUid: string | undefined,
): Grant | undefined {
  const own = grants.find((grant) => grant.memberId === memberId);
  if (own === undefined || own.gone) return undefined;
  const isAnother = own.podUid !== undefined && podUid !== undefined && own.podUid !== podUid;
  return isAnother ? undefined : own;
}
