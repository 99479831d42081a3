/** For how long something has been so. */
export interface Stopwatches {
  /**
   * Milliseconds since the stopwatch `name` was first asked about `what`, and about nothing else since; 0 where nothing
   * is the case (undefined), or something else.
   */
  elapsed(name: string, what: string | undefined): number;
  /** Nothing is known of the time up to now. */
  reset(): void;
}

/** Stopwatches over a clock that never jumps. */
export function createStopwatches(now: () => number): Stopwatches {
  const running = new Map<string, { what: string; since: number }>();
  return {
    elapsed(name, what) {
      if (what === undefined) {
        running.delete(name);
        return 0;
      }
      const before = running.get(name);
      if (before?.what === what) return now() - before.since;
      running.set(name, { what, since: now() });
      return 0;
    },
    reset: () => running.clear(),
  };
}
