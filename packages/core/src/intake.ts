/**
 * How many bytes of reviews may be under way at once: a review takes about six times its body's size while it
 * is judged, and a server that runs out of memory answers nobody.
 */
export const DEFAULT_MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024;

/** What one review holds, from the first byte that came until it is answered. */
export interface Holding {
  /** Holds so many bytes more. @returns whether the server still may. */
  add(bytes: number): boolean;
  /** Lets go of all of them. */
  release(): void;
}

/** The bytes of all reviews that a server is at work on. */
export interface Intake {
  open(): Holding;
}

/** Counts bytes in flight up to `maxBytes`. */
export function createIntake(maxBytes: number): Intake {
  let held = 0;
  return {
    open() {
      let own = 0;
      return {
        add(bytes) {
          own += bytes;
          held += bytes;
          return held <= maxBytes;
        },
        release() {
          held -= own;
          own = 0;
        },
      };
    },
  };
}
