import type { ClusterConnection } from "../cluster-connection.ts";
import type { Clock } from "./clock.ts";

/** How long a name is taken for granted: a login may be renewed as somebody else. */
const KEEP_MS = 5 * 60_000;
const CALL_MS = 5_000;

/**
 * Asks who the server is, once for all who want to know. A name that is known is given at once, and after five
 * minutes asked for again in the background; where that fails, it stays.
 */
export function createUsername(
  connection: Pick<ClusterConnection, "username">,
  clock: Clock,
): (signal: () => AbortSignal) => Promise<string> {
  let known: string | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<string> | undefined;
  const ask = async (): Promise<string> => {
    askedAt = clock.now();
    try {
      known = await connection.username({ timeoutMs: CALL_MS });
      return known;
    } finally {
      asking = undefined;
    }
  };
  return async (signal) => {
    if (known === undefined || clock.now() - askedAt >= KEEP_MS) {
      asking ??= ask();
      asking.catch(() => {});
    }
    return known ?? unlessAborted(asking as Promise<string>, signal());
  };
}

/** Whoever waits may give up; the question goes on, for the others. */
function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason as Error);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
