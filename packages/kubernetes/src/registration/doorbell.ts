/** Wakes whoever waits for the next thing to do. */
export interface Doorbell {
  /** Rung while nobody waits, it ends the next wait at once. */
  ring(): void;
  /** Until it rings, so many milliseconds are over, or the signal aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export function createDoorbell(): Doorbell {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async wait(milliseconds, signal) {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const done = (): void => {
            clearTimeout(timer);
            signal.removeEventListener("abort", done);
            wake = undefined;
            resolve();
          };
          const timer = setTimeout(done, milliseconds);
          wake = done;
          signal.addEventListener("abort", done, { once: true });
        });
      }
      rung = false;
    },
  };
}
