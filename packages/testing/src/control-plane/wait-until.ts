import { setTimeout as delay } from "node:timers/promises";

export interface WaitOptions {
  /** What is waited for, as it reads after "waited 30 s for". */
  what: string;
  /** Milliseconds until it gives up. @default 30_000 */
  timeoutMs?: number;
  /** Milliseconds between an answer and the next question. @default 50 */
  intervalMs?: number;
}

/**
 * Asks until the answer is truthy, and resolves to it. A condition that throws counts as "not yet",
 * so an assertion can be the condition; what it threw last is the `cause` of the error. One that
 * never answers is given up like one that says no.
 *
 * @throws Error after `timeoutMs`, saying what was waited for
 * @example
 * await waitUntil(async () => (await plane.request(path)).status === 404, { what: "its end" });
 */
export async function waitUntil<Answer>(
  condition: () => Answer | Promise<Answer>,
  { what, timeoutMs = 30_000, intervalMs = 50 }: WaitOptions,
): Promise<Answer> {
  let cause: unknown;
  const over = new AbortController();
  const asking = async () => {
    for (;;) {
      try {
        const answer = await condition();
        if (answer) return answer;
        cause = undefined;
      } catch (error) {
        cause = error;
      }
      if (over.signal.aborted) return undefined;
      await delay(intervalMs);
    }
  };
  const timer = delay(timeoutMs, undefined, { signal: over.signal }).catch(() => undefined);
  const answer = await Promise.race([asking(), timer]);
  over.abort();
  if (answer) return answer;
  const last = cause instanceof Error ? `: ${cause.message}` : "";
  throw new Error(`waited ${timeoutMs / 1000} s for ${what}${last}`, { cause });
}
