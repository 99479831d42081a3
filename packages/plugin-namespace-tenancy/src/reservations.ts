import { createHash } from "node:crypto";
import { type Cluster, ClusterError } from "@gatewright/core";
import { keyOf, type Subject } from "./subject.ts";

/** Where reservations are kept. */
export const CONFIG_MAPS = "v1/configmaps";

/**
 * How long a reservation lives. A creation is done or given up 34 s after it began
 * (apiserver/pkg/endpoints/handlers/create.go, requestTimeoutUpperBound), and a cache whose watch has gone silent
 * may be 77 s behind before it decides nothing any more: what remains is for clocks that differ.
 */
const LIVES_MS = 180_000;
/** By how much clocks may differ: what is further ahead was written by no replica of a sound clock. */
const AHEAD_MS = 60_000;
/** As many ConfigMaps as are deleted at a time: more than a creation leaves behind. */
const SWEPT = 10;

type Reserver = Pick<Cluster, "apply" | "update">;

/** Names of namespaces that may be about to come, by creator, agreed on by all replicas. */
export interface Reservations {
  /**
   * Puts a name down, unless with it the creator would have more than `limit`: the names that are down and live,
   * and those that `counted` gives, each counted once.
   *
   * @returns how many he has where that is too many, else undefined.
   */
  reserve(
    cluster: Reserver,
    creator: Subject,
    name: string,
    limit: number,
    counted: () => Promise<ReadonlySet<string>>,
    signal: AbortSignal,
  ): Promise<number | undefined>;
  /** Deletes some of the ConfigMaps that this replica wrote last, and in which nothing lives any more. */
  sweep(cluster: Pick<Cluster, "delete">): Promise<void>;
}

/**
 * Keeps one ConfigMap for each creator, written by compare-and-set on its resourceVersion. It is read by an apply
 * that changes nothing: to read it otherwise, the server would have to follow all ConfigMaps there are.
 */
export function createReservations(namespace: string): Reservations {
  /** The last in line for each creator: within a replica nobody need be refused by another. */
  const lines = new Map<string, Promise<unknown>>();
  /** What this replica wrote, by the ConfigMap's name; what was written last is last. */
  const written = new Map<string, { resourceVersion: string | undefined; over: number }>();
  const take: Reservations["reserve"] = async (cluster, creator, name, limit, counted, signal) => {
    const metadata = {
      name: `gatewright-owner-${hashOf(creator)}`,
      namespace,
      labels: { "app.kubernetes.io/managed-by": "gatewright" },
    };
    const identity = { apiVersion: "v1", kind: "ConfigMap" } as const;
    for (;;) {
      signal.throwIfAborted();
      const stored = await cluster.apply(CONFIG_MAPS, { ...identity, metadata }).catch(unlessRaced);
      if (stored === undefined) continue;
      const now = Date.now();
      const live = Object.entries(stored.data ?? {}).filter(([, at]) => isLive(at, now));
      // After what is reserved was read: whose reservation is over by then is among the counted.
      const names = new Set([...(await counted()), ...live.map(([one]) => one)]);
      names.delete(name);
      if (names.size >= limit) return names.size;
      const data = { ...Object.fromEntries(live), [name]: new Date(now).toISOString() };
      const versioned = { ...metadata, resourceVersion: stored.metadata.resourceVersion };
      const after = await cluster
        .update(CONFIG_MAPS, { ...identity, metadata: versioned, data })
        .catch(unlessRacedOrSwept);
      if (after === undefined) continue;
      written.delete(metadata.name);
      const { resourceVersion } = after.metadata;
      written.set(metadata.name, { resourceVersion, over: now + LIVES_MS + AHEAD_MS });
      return undefined;
    }
  };
  return {
    reserve(cluster, creator, ...rest) {
      const key = keyOf(creator);
      const turn = (lines.get(key) ?? Promise.resolve()).then(() =>
        take(cluster, creator, ...rest),
      );
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
    async sweep(cluster) {
      const now = Date.now();
      const swept: Promise<void>[] = [];
      for (const [name, { resourceVersion, over }] of written) {
        if (over > now || swept.length === SWEPT) break;
        written.delete(name);
        // One that cannot be deleted, or that another replica has written since, is not this one's to mind: whoever
        // writes it next does.
        swept.push(
          cluster.delete(CONFIG_MAPS, name, { namespace, resourceVersion }).catch(() => {}),
        );
      }
      await Promise.all(swept);
    },
  };
}

/** Another replica was faster. */
function unlessRaced(error: unknown): undefined {
  if (error instanceof ClusterError && error.status === 409) return;
  throw error;
}

/** Another replica was faster, or has deleted what was there. */
function unlessRacedOrSwept(error: unknown): undefined {
  if (error instanceof ClusterError && error.status === 404) return;
  unlessRaced(error);
}

function isLive(at: string, now: number): boolean {
  const age = now - Date.parse(at);
  // What nobody can read is taken to be live: it goes when the ConfigMap is deleted.
  return Number.isNaN(age) || (age < LIVES_MS && age >= -AHEAD_MS);
}

/** Users' names are no names of objects: they may have any characters, and be long. */
function hashOf(creator: Subject): string {
  return createHash("sha256").update(keyOf(creator)).digest("hex").slice(0, 40);
}
