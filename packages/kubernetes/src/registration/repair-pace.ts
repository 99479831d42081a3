/** How often what somebody else undoes is done again. */
export interface RepairPace {
  /** Milliseconds until the next repair may be; 0 is now. */
  wait(): number;
  repaired(): void;
}

const FIRST_MS = 5_000;
const LONGEST_MS = 600_000;
/** After so long without a repair, nobody is at it any more. */
const QUIET_MS = 1_800_000;

/**
 * At once, then after 5 s, 10 s, and so on up to ten minutes, while somebody rewrites it again and again; from the start
 * after half an hour of peace. A fight would load the API server, and every write makes all API servers build their
 * webhooks anew.
 *
 * @param now milliseconds that never go back
 */
export function createRepairPace(now: () => number): RepairPace {
  let repairs = 0;
  let last = Number.NEGATIVE_INFINITY;
  return {
    wait() {
      if (now() - last >= QUIET_MS) repairs = 0;
      if (repairs === 0) return 0;
      const pause = Math.min(FIRST_MS * 2 ** (repairs - 1), LONGEST_MS);
      return Math.max(0, last + pause - now());
    },
    repaired() {
      repairs++;
      last = now();
    },
  };
}
