import type { ClusterConnection } from "../cluster-connection.ts";
import { ClusterError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Clock } from "./clock.ts";
import type { Store } from "./store.ts";

/** What keeps a store the same as the API server, and knows whether it is. */
export interface Reflector {
  /** Whether the store has ever held all objects. */
  isSynced(): boolean;
  /** Whether the store may be behind by more than the time an event takes. */
  isStale(): boolean;
  /** How often everything was listed. */
  lists(): number;
  /** Ends it, and whatever call it makes. */
  close(): Promise<void>;
}

/** What a reflector works with. */
export interface ReflectorOptions {
  readonly connection: Pick<ClusterConnection, "list" | "watch">;
  readonly resource: string;
  readonly store: Pick<Store, "replace" | "apply">;
  readonly log: Logger;
  readonly clock: Clock;
}

/**
 * A watch in which nothing comes for longer is dead, or is of a server that sends no bookmarks: they come
 * once a minute (`bookmarkFrequency` in apiserver/pkg/storage/cacher).
 */
const SILENCE_MS = 100_000;
/** How long a store is good after touch was lost: a watch that ends is begun again at once. */
const GRACE_MS = 10_000;
/** How long a watch may take to begin. */
const OPEN_MS = 15_000;
const LIST_MS = 60_000;
const BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 10_000;
/** A watch that ends sooner, and without a word, is a failed one (client-go's `VeryShortWatchError`). */
const SHORT_WATCH_MS = 1_000;

/**
 * Lists a resource, and follows it from there: client-go's Reflector (tools/cache/reflector.go). It never
 * gives up: a list that is refused is asked again, a watch that breaks goes on where it was, one that
 * cannot (410, or what makes no sense) begins with a new list, and so does one that is silent.
 */
export function startReflector(options: ReflectorOptions): Reflector {
  const { connection, resource, store, log, clock } = options;
  const stopping = new AbortController();
  let version: string | undefined;
  let synced = false;
  let lists = 0;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let failures = 0;

  const list = async (): Promise<string> => {
    const { items, resourceVersion } = await connection.list(resource, {
      signal: stopping.signal,
      timeoutMs: LIST_MS,
    });
    store.replace(items);
    lists++;
    synced = true;
    freshUntil = clock.now() + GRACE_MS;
    return resourceVersion;
  };

  const heard = (): void => {
    if (failures > 0) log.info({ resource, failures }, "the cluster is followed again");
    failures = 0;
  };

  /** Until the API server ends the watch, which it does every few minutes. */
  const follow = async (from: string): Promise<void> => {
    const watch = new AbortController();
    const stop = () => watch.abort(stopping.signal.reason);
    stopping.signal.addEventListener("abort", stop);
    const started = clock.now();
    let deadline = started + OPEN_MS;
    let events = 0;
    const watchdog = async (): Promise<void> => {
      while (!watch.signal.aborted) {
        const left = deadline - clock.now();
        if (left <= 0) watch.abort(new SilentWatch());
        else await clock.delay(left, watch.signal);
      }
    };
    const guarded = watchdog();
    const extend = (): void => {
      deadline = freshUntil = clock.now() + SILENCE_MS;
    };
    try {
      const stream = await connection.watch(resource, {
        resourceVersion: from,
        // client-go's: so many clients do not all come back at once.
        timeoutSeconds: Math.floor(300 * (1 + clock.random())),
        signal: watch.signal,
      });
      watch.signal.throwIfAborted();
      extend();
      for await (const event of stream) {
        store.apply(event);
        version = event.object.metadata?.resourceVersion ?? version;
        events++;
        extend();
        heard();
      }
      // A stream that only ends when it is told to may end without an error.
      if (watch.signal.aborted) throw watch.signal.reason;
      if (events === 0 && clock.now() - started < SHORT_WATCH_MS) {
        throw new Error("the watch ended as soon as it had begun");
      }
      heard();
    } finally {
      stopping.signal.removeEventListener("abort", stop);
      watch.abort();
      await guarded;
    }
  };

  const failed = (error: unknown): void => {
    if (!canGoOn(error)) version = undefined;
    const [now, grace] = [clock.now(), error instanceof SilentWatch ? 0 : GRACE_MS];
    freshUntil = Math.min(freshUntil, now + grace);
    const level = failures === 0 ? "warn" : "debug";
    log[level]({ resource, err: error }, "the cluster cannot be followed; trying again");
    failures++;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        version ??= await list();
        await follow(version);
        freshUntil = Math.min(freshUntil, clock.now() + GRACE_MS);
      } catch (error) {
        if (stopping.signal.aborted) return;
        failed(error);
        const wait = Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** (failures - 1));
        const asked = (retryAfterSeconds(error) ?? 0) * 1000;
        const delay = Math.max(wait * (1 + clock.random()), Math.min(asked, LIST_MS));
        await clock.delay(delay, stopping.signal);
      }
    }
  };
  const running = run();
  return {
    isSynced: () => synced,
    isStale: () => clock.now() > freshUntil,
    lists: () => lists,
    close() {
      stopping.abort(new ClusterError("the cache is closed", { status: 0, reason: "Unreachable" }));
      return running;
    },
  };
}

/** Nothing was heard for longer than a living watch is silent. */
class SilentWatch extends Error {
  override readonly name = "SilentWatch";
  override readonly message = "nothing was heard of the API server, not even a bookmark";
}

/** Whether the watch can go on where it was: the server was away, or has too much to do. */
function canGoOn(error: unknown): boolean {
  // By its fields: an adapter may have another copy of core.
  const { code, status } = (error ?? {}) as Partial<ClusterError>;
  if (code !== "GW_CLUSTER" || status === undefined) return false;
  return status === 0 || status === 429 || status >= 500;
}

function retryAfterSeconds(error: unknown): number | undefined {
  return (error as Partial<ClusterError> | undefined)?.retryAfterSeconds;
}
