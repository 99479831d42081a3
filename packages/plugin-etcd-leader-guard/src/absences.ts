import type { EtcdId } from "./member-status.ts";
import type { Grant } from "./policy.ts";

/**
 * Which members this replica has found gone from their places, while they had grants. Its own eyes alone
 * count: what one replica cannot reach may be well, and no other is told.
 */
export interface Absences {
  /** Which grants there are; to be told before the look that may find their members gone. */
  expect(grants: readonly Grant[]): void;
  /**
   * Where a look has found nobody, of those that had answered here before. Gives the grants whose members
   * have left by it.
   */
  looked(empty: ReadonlySet<EtcdId>): readonly Grant[];
  /**
   * Whether the grant's member went away under the grant, and for longer than a blip.
   */
  hasLeft(grant: Grant): boolean;
}

/** Where no final DELETE is to come: the process is ended at once, and back no sooner than its next pod. */
const FORCED_MS = 700;
/** Where one is to come, and may have been missed. */
const UNTOLD_MS = 5000;

/** @param now milliseconds on a clock that never goes back */
export function createAbsences(now: () => number = () => performance.now()): Absences {
  const emptySince = new Map<EtcdId, number>();
  /** When a grant was first heard of, by its lease; and those whose member has left. */
  let grants = new Map<string, { since: number; left: boolean; grant: Grant }>();

  const keyOf = ({ memberId, lease }: Grant) => `${memberId} ${lease}`;

  return {
    expect(held) {
      const before = grants;
      grants = new Map();
      for (const grant of held) {
        const known = before.get(keyOf(grant));
        const { since, left } = known ?? { since: now(), left: false };
        grants.set(keyOf(grant), { since, left, grant });
      }
    },
    looked(empty) {
      for (const id of emptySince.keys()) if (!empty.has(id)) emptySince.delete(id);
      for (const id of empty) if (!emptySince.has(id)) emptySince.set(id, now());
      const leaving = [...grants.values()].filter(({ since, left, grant }) => {
        const from = emptySince.get(grant.memberId);
        if (left || from === undefined || from < since) return false;
        return now() - from >= (grant.forced ? FORCED_MS : UNTOLD_MS);
      });
      for (const known of leaving) known.left = true;
      return leaving.map(({ grant }) => grant);
    },
    hasLeft: (grant) => grants.get(keyOf(grant))?.left ?? false,
  };
}
