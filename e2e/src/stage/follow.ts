import { setTimeout as delay } from "node:timers/promises";
import type { ClusterConnection, Kinds, KubernetesObject } from "@gatewright/core";

/** All objects of a resource, as they are now. */
export interface Followed<R extends keyof Kinds> {
  items(): Kinds[R][];
  close(): Promise<void>;
}

/**
 * Lists a resource and follows it, through whatever the API server ends or refuses. Resolves when it knows them all.
 *
 * @param changed called after each change
 */
export async function follow<R extends keyof Kinds>(
  connection: Pick<ClusterConnection, "list" | "watch">,
  resource: R,
  changed: () => void,
): Promise<Followed<R>> {
  const objects = new Map<string, KubernetesObject>();
  const over = new AbortController();
  const { signal } = over;
  const listed = Promise.withResolvers<void>();

  const once = async (): Promise<void> => {
    const { items, resourceVersion } = await connection.list(resource, { signal });
    objects.clear();
    for (const item of items) objects.set(keyOf(item), item);
    listed.resolve();
    changed();
    const events = await connection.watch(resource, {
      resourceVersion,
      timeoutSeconds: 300,
      signal,
    });
    for await (const { type, object } of events) {
      if (type === "BOOKMARK") continue;
      if (type === "DELETED") objects.delete(keyOf(object));
      else objects.set(keyOf(object), object);
      changed();
    }
  };
  const running = (async () => {
    while (!signal.aborted) {
      // The API server may be away for a while.
      await once().catch(() => delay(100, undefined, { signal }).catch(() => {}));
    }
  })();

  await Promise.race([listed.promise, running]);
  return {
    items: () => [...objects.values()] as Kinds[R][],
    async close() {
      over.abort();
      await running;
    },
  };
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
}
