/** Since when something has been as it is, by whatever it is called. */
export interface Waiting {
  /**
   * How many milliseconds are left until `what` has been true of `subject` for so long; 0 once it has. Anything else
   * that is true of it begins anew.
   */
  left(subject: string, what: string, milliseconds: number): number;
  /** Ends it: what is true later begins anew. */
  forget(subject: string): void;
}

/** @param now milliseconds of a clock that nobody sets. */
export function createWaiting(now: () => number = () => performance.now()): Waiting {
  const since = new Map<string, { what: string; at: number }>();
  return {
    left(subject, what, milliseconds) {
      const found = since.get(subject);
      if (found?.what === what) return Math.max(0, found.at + milliseconds - now());
      since.set(subject, { what, at: now() });
      return milliseconds;
    },
    forget: (subject) => void since.delete(subject),
  };
}
