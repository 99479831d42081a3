import { setImmediate, setTimeout } from "node:timers/promises";

/** How many of what keeps the process alive, by type: `{ Timeout: 1, TCPSocketWrap: 2 }`. */
export type OpenResources = ReadonlyMap<string, number>;

/** How long something may still be on its way out after `close`, in milliseconds. */
const PATIENCE_MS = 500;

/**
 * What is open now, before a case begins. The test's own timeout is among it: a runner starts that only
 * once the test has given it a promise.
 */
export async function openResources(): Promise<OpenResources> {
  await setImmediate();
  return count();
}

/** What is open that was not before; asked until there is nothing, or no more patience. */
export async function leftOpen(before: OpenResources): Promise<string[]> {
  // Promises that nobody waited for end first; what they call then is too late, and noticed.
  await setImmediate();
  await setImmediate();
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const left = [...count()].filter(([type, number]) => number > (before.get(type) ?? 0));
    if (left.length === 0) return [];
    if (performance.now() > end) {
      return left.map(([type, number]) => `${number - (before.get(type) ?? 0)} × ${type}`);
    }
    await setTimeout(10);
  }
}

function count(): OpenResources {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) {
    // The runner's output, which is opened when it is first written to.
    if (type !== "TTYWrap") counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}
