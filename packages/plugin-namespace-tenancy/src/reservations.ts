import { createHash } from "node:crypto";
import { type Cluster, ClusterError } from "@gatewright/core";
import { keyOf, type Subject } from "./subject.ts";

/** Where reservations are kept. */
export const CONFIG_MAPS = "v1/configmaps";

/**
 * How long a reservation lives. A creation is done or given up 34 s after it began
 * (apiserver/pkg/endpoints/handlers/create.go, requestTimeoutUpperBound), and caches that are more than 2 s behind
 * decide nothing: what remains is for clocks that differ.
 */
const LIVES_MS = 60_000;

type Reserver = Pick<Cluster, "apply" | "update">;

/** Names of namespaces that may be about to come, by owner, agreed on by all replicas. */
export interface Reservations {
  /**
   * Puts a name down, unless with it the owner would have more than `limit`: the names that are down and live,
   * and those that `owned` gives, each counted once.
   *
   * @returns how many he has where that is too many, else undefined.
   */
  reserve(
    cluster: Reserver,
    owner: Subject,
    name: string,
    limit: number,
    owned: () => Promise<ReadonlySet<string>>,
    signal: AbortSignal,
  ): Promise<number | undefined>;
}

/**
 * Keeps one ConfigMap for each owner, written by compare-and-set on its resourceVersion. It is read by an apply
 * that changes nothing: to read it otherwise, the server would have to follow all ConfigMaps there are.
 */
export function createReservations(namespace: string): Reservations {
  /** The last in line for each owner: within a replica nobody need be refused by another. */
  const lines = new Map<string, Promise<unknown>>();
  const take: Reservations["reserve"] = async (cluster, owner, name, limit, owned, signal) => {
    const metadata = {
      name: `gatewright-owner-${hashOf(owner)}`,
      namespace,
      labels: { "app.kubernetes.io/managed-by": "gatewright" },
    };
    const identity = { apiVersion: "v1", kind: "ConfigMap" } as const;
    for (;;) {
      signal.throwIfAborted();
      try {
        const stored = await cluster.apply(CONFIG_MAPS, { ...identity, metadata });
        const now = Date.now();
        const live = Object.entries(stored.data ?? {}).filter(([, at]) => isLive(at, now));
        // After what is reserved was read: whose reservation is over by then is among the owned.
        const names = new Set([...(await owned()), ...live.map(([one]) => one)]);
        names.delete(name);
        if (names.size >= limit) return names.size;
        const data = { ...Object.fromEntries(live), [name]: new Date(now).toISOString() };
        const { resourceVersion } = stored.metadata;
        const versioned = { ...metadata, resourceVersion };
        await cluster.update(CONFIG_MAPS, { ...identity, metadata: versioned, data });
        return undefined;
      } catch (error) {
        // Another replica was faster.
        if (!(error instanceof ClusterError && error.status === 409)) throw error;
      }
    }
  };
  return {
    reserve(cluster, owner, ...rest) {
      const key = keyOf(owner);
      const turn = (lines.get(key) ?? Promise.resolve()).then(() => take(cluster, owner, ...rest));
      const over = turn.then(
        () => {},
        () => {},
      );
      lines.set(key, over);
      void over.then(() => {
        if (lines.get(key) === over) lines.delete(key);
      });
      return turn;
    },
  };
}

function isLive(at: string, now: number): boolean {
  const since = Date.parse(at);
  // What nobody can read is taken to be live: it goes when the ConfigMap is deleted.
  return Number.isNaN(since) || now - since < LIVES_MS;
}

/** Owners' names are no names of objects: they may have any characters, and be long. */
function hashOf(owner: Subject): string {
  return createHash("sha256").update(keyOf(owner)).digest("hex").slice(0, 40);
}
