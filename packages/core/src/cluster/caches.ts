import type { ClusterConnection } from "../cluster-connection.ts";
import type { Logger } from "../log.ts";
import type { MetricFamily } from "../plugin-metrics.ts";
import type { Clock } from "./clock.ts";
import { type Reflector, startReflector } from "./reflector.ts";
import { createStore, type Store } from "./store.ts";

/** One resource's objects, kept the same as the API server. */
export interface Cache
  extends Pick<Store, "get" | "list" | "size" | "subscribe">,
    Omit<Reflector, "close"> {}

/** The caches of all plugins of a server: one for each resource that any of them reads. */
export interface Caches {
  /** Undefined for a resource that nobody declared. */
  of(resource: string): Cache | undefined;
  metrics(): MetricFamily[];
  close(): Promise<void>;
}

/** What caches are made of. */
export interface CachesOptions {
  readonly connection: Pick<ClusterConnection, "list" | "watch">;
  readonly resources: Iterable<string>;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Starts to follow every resource; waits for none. */
export function startCaches({ connection, resources, log, clock }: CachesOptions): Caches {
  const caches = new Map<string, Cache>();
  const reflectors: Reflector[] = [];
  for (const resource of new Set(resources)) {
    const store = createStore();
    const reflector = startReflector({ connection, resource, store, log, clock });
    reflectors.push(reflector);
    caches.set(resource, { ...store, ...reflector });
  }
  const gauge = (
    name: string,
    help: string,
    valueOf: (cache: Cache) => number,
    type: MetricFamily["type"] = "gauge",
  ): MetricFamily => ({
    name: `gatewright_cluster_cache_${name}`,
    help,
    type,
    samples: [...caches].map(([resource, cache]) => ({
      labels: { resource },
      value: valueOf(cache),
    })),
  });
  return {
    of: (resource) => caches.get(resource),
    metrics: () => [
      gauge("synced", "1 once all objects of a resource were listed", (cache) =>
        Number(cache.isSynced()),
      ),
      gauge("stale", "1 where a resource has not been followed for 10 s", (cache) =>
        Number(cache.isStale()),
      ),
      gauge("objects", "Objects of a resource in its cache", (cache) => cache.size()),
      gauge(
        "lists_total",
        "Lists of all objects of a resource",
        (cache) => cache.lists(),
        "counter",
      ),
    ],
    async close() {
      await Promise.all(reflectors.map((reflector) => reflector.close()));
    },
  };
}
