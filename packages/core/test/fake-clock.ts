// Time that passes when a test says so.
import type { Clock } from "../src/cluster/clock.ts";

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Lets so many milliseconds pass, with all that is due in them, in its order. */
  advance(milliseconds: number): Promise<void>;
  /** How many wait for time to pass. */
  waiting(): number;
}

/** What is under way gets as far as it can without time passing. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function createFakeClock(): FakeClock {
  let now = 1_000;
  const waiting = new Set<{ at: number; wake: () => void }>();
  const next = () => [...waiting].toSorted((a, b) => a.at - b.at)[0];
  return {
    now: () => now,
    random: () => 0.5,
    delay: (milliseconds, signal) =>
      new Promise((resolve) => {
        const entry = {
          at: now + milliseconds,
          wake: () => {
            waiting.delete(entry);
            signal.removeEventListener("abort", entry.wake);
            resolve();
          },
        };
        waiting.add(entry);
        if (signal.aborted) entry.wake();
        else signal.addEventListener("abort", entry.wake);
      }),
    async advance(milliseconds) {
      const end = now + milliseconds;
      await settled();
      for (let due = next(); due !== undefined && due.at <= end; due = next()) {
        now = Math.max(now, due.at);
        due.wake();
        await settled();
      }
      now = end;
    },
    waiting: () => waiting.size,
  };
}
