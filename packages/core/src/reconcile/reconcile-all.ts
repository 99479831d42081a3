import { setImmediate } from "node:timers/promises";
import type { Cache } from "../cluster/caches.ts";
import type { Behind } from "../cluster/fence.ts";
import type { KubernetesObject } from "../rule-types.ts";
import { createConcernedKeys, type ReconcilingPlugin, shownKey } from "./concerned-keys.ts";
import { handleObject } from "./handle-object.ts";

/** What was handled so often does not come to rest. */
const MOST_HANDLES = 100;

/**
 * Reconciles everything, and what changes by that, until nothing is left to do, without a Lease: for tests of
 * plugins. What is to be handled again later, by `requeueAfterSeconds`, is not waited for.
 *
 * @throws whatever a handler throws, at once.
 */
export async function reconcileAll(
  plugins: readonly ReconcilingPlugin[],
  behind: Behind,
): Promise<void> {
  const cacheOf = (resource: string) => behind.cacheOf(resource) as Cache;
  const resources = new Set(
    plugins.flatMap(({ reconcile }) => [reconcile.resource, ...reconcile.watches.keys()]),
  );
  const isInStep = async (resource: string): Promise<boolean> => {
    const { items } = await behind.connection.list(resource);
    const cache = cacheOf(resource);
    return (
      cache.isSynced() &&
      items.length === cache.size() &&
      items.every(({ metadata }) => {
        const known: KubernetesObject | undefined = cache.get(
          metadata?.name ?? "",
          metadata?.namespace,
        );
        return known?.metadata?.resourceVersion === metadata?.resourceVersion;
      })
    );
  };
  /** Until the caches know what the API server does. @returns once they do. */
  const catchUp = async (): Promise<void> => {
    for (const resource of resources) while (!(await isInStep(resource))) await setImmediate();
  };
  const term = { signal: new AbortController().signal, isHeld: () => true };
  await catchUp();
  const queues = plugins.map((plugin) => {
    const keys = createConcernedKeys(plugin, cacheOf);
    const queue = new Set<string>(keys.all());
    return {
      plugin,
      queue,
      handles: new Map<string, number>(),
      stop: keys.follow((key) => queue.add(key)),
    };
  });
  const next = () => queues.find(({ queue }) => queue.size > 0);
  try {
    for (let one = next(); one !== undefined; one = next()) {
      const { plugin, queue, handles } = one;
      const [key = ""] = queue;
      queue.delete(key);
      const count = (handles.get(key) ?? 0) + 1;
      handles.set(key, count);
      if (count > MOST_HANDLES) {
        throw new Error(
          `plugin "${plugin.name}" reconciled ${shownKey(key)} ${MOST_HANDLES} times and did not come to rest: ` +
            "write only what is not so yet",
        );
      }
      await handleObject(plugin, key, cacheOf(plugin.reconcile.resource), term);
      if (next() === undefined) await catchUp();
    }
  } finally {
    for (const { stop } of queues) stop();
  }
}
