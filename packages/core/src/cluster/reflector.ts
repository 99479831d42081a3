import type { ClusterConnection } from "../cluster-connection.ts";
import { ClusterError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Clock } from "./clock.ts";
import type { Store } from "./store.ts";

/** What keeps a store the same as the API server, and knows whether it is. */
export interface Reflector {
  /** Whether the store has ever held all objects. */
  isSynced(): boolean;
  /** Resolves once it has; never where the reflector is closed before. */
  readonly synced: Promise<void>;
  /** Whether the store is behind by no more than the time that an event takes, as far as can be known. */
  isCurrent(): boolean;
  /** Whether it has not been current for so long that somebody should be told. */
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
 * After so much silence a watch is begun anew, for nobody knows whether it is alive. Bookmarks come once a
 * minute (`bookmarkFrequency` in apiserver/pkg/storage/cacher), but only of resources to which something
 * has happened since the API server started, unless its etcd reports progress.
 */
const SILENCE_MS = 75_000;
/**
 * After so many watches without a word there is a new list: of a resourceVersion that the API server has not
 * reached, because its data was restored from a backup, it would never say anything.
 */
const MUTE_WATCHES = 4;
/** How long a store is current after touch was lost: a watch that ends is begun again at once. */
const GRACE_MS = 2_000;
/** How long it may not be current before it is stale: as long as an API server takes to start. */
const PATIENCE_MS = 8_000;
/** How long a watch may take to begin. */
const OPEN_MS = 15_000;
const LIST_MS = 60_000;
const BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 5_000;
/** A watch that was open for so long was a sound one, even if nothing happened. */
const SOUND_MS = 10_000;
/** A watch that ends sooner, and without a word, is a failed one (client-go's `VeryShortWatchError`). */
const SHORT_WATCH_MS = 1_000;

/**
 * Lists a resource, and follows it from there: client-go's Reflector (tools/cache/reflector.go). It never
 * gives up: a list that is refused is asked again, a watch that breaks or is silent goes on where it was, one
 * that cannot (410, or what makes no sense) begins with a new list.
 */
export function startReflector(options: ReflectorOptions): Reflector {
  const { connection, resource, store, log, clock } = options;
  const stopping = new AbortController();
  let version: string | undefined;
  const first = Promise.withResolvers<void>();
  let synced = false;
  let lists = 0;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let listedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let backoff = 0;
  let mute = 0;

  const list = async (): Promise<string> => {
    // What a list shows is no newer than when it was asked for, and many pages take their time.
    listedAt = clock.now();
    const { items, resourceVersion } = await connection.list(resource, {
      signal: stopping.signal,
      timeoutMs: LIST_MS,
    });
    store.replace(items);
    lists++;
    mute = 0;
    synced = true;
    first.resolve();
    freshUntil = listedAt + GRACE_MS;
    return resourceVersion;
  };

  const heard = (): void => {
    if (failures > 0) log.info({ resource, failures }, "the cluster is followed again");
    failures = 0;
    backoff = 0;
  };

  const lostTouch = (): void => {
    freshUntil = Math.min(freshUntil, clock.now() + GRACE_MS);
  };

  /** Until the API server ends the watch, which it does every few minutes, or is silent. */
  const follow = async (from: string): Promise<void> => {
    const watch = new AbortController();
    const stop = () => watch.abort(stopping.signal.reason);
    stopping.signal.addEventListener("abort", stop);
    const started = clock.now();
    let deadline = started + OPEN_MS;
    let openedAt: number | undefined;
    let events = 0;
    const watchdog = async (): Promise<void> => {
      while (!watch.signal.aborted) {
        const left = deadline - clock.now();
        if (left <= 0)
          watch.abort(openedAt !== undefined ? SILENT : new Error("a watch did not begin in time"));
        else await clock.delay(left, watch.signal);
      }
    };
    const guarded = watchdog();
    const extend = (): void => {
      deadline = clock.now() + SILENCE_MS;
      freshUntil = deadline + GRACE_MS;
    };
    try {
      const stream = await connection.watch(resource, {
        resourceVersion: from,
        // client-go's: so many clients do not all come back at once.
        timeoutSeconds: Math.floor(300 * (1 + clock.random())),
        signal: watch.signal,
      });
      watch.signal.throwIfAborted();
      openedAt = clock.now();
      extend();
      for await (const event of stream) {
        store.apply(event);
        version = event.object.metadata?.resourceVersion ?? version;
        events++;
        mute = 0;
        extend();
        heard();
      }
      // A stream that only ends when it is told to may end without an error.
      if (watch.signal.aborted) throw watch.signal.reason;
      if (events === 0 && clock.now() - started < SHORT_WATCH_MS) {
        throw new Error("the watch ended as soon as it had begun");
      }
    } catch (error) {
      // What broke had been sound: it is the first failure, and not the next of those before.
      if (openedAt !== undefined && clock.now() - openedAt >= SOUND_MS) heard();
      if (error !== SILENT) throw error;
    } finally {
      stopping.signal.removeEventListener("abort", stop);
      watch.abort();
      await guarded;
    }
    heard();
    lostTouch();
    if (events === 0 && ++mute >= MUTE_WATCHES) version = undefined;
  };

  /** @returns how long to wait, in milliseconds. */
  const failed = (error: unknown): number => {
    const { status, retryAfterSeconds = 0 } = (error ?? {}) as Partial<ClusterError>;
    if (!canGoOn(error)) version = undefined;
    // A server that answers 410 is there again: nothing is gained by a wait, but where lists are no help.
    if (status === 410 && clock.now() - listedAt >= SOUND_MS) backoff = 0;
    lostTouch();
    const level = failures === 0 ? "warn" : "debug";
    log[level]({ resource, err: error }, "the cluster cannot be followed; trying again");
    failures++;
    const wait = Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** backoff++) * (1 + clock.random());
    return Math.max(wait, Math.min(retryAfterSeconds * 1000, LIST_MS));
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        version ??= await list();
        await follow(version);
      } catch (error) {
        if (stopping.signal.aborted) return;
        await clock.delay(failed(error), stopping.signal);
      }
    }
  };
  const running = run();
  return {
    isSynced: () => synced,
    synced: first.promise,
    isCurrent: () => clock.now() <= freshUntil,
    isStale: () => clock.now() > freshUntil + PATIENCE_MS,
    lists: () => lists,
    close() {
      stopping.abort(new ClusterError("the cache is closed", { status: 0, reason: "Unreachable" }));
      return running;
    },
  };
}

/** Why a watch was ended of which nobody knows whether it is alive. */
const SILENT = new Error("nothing was heard of the API server");

/** Whether the watch can go on where it was: the server was away, or has too much to do. */
function canGoOn(error: unknown): boolean {
  // By its fields: an adapter may have another copy of core.
  const { code, status } = (error ?? {}) as Partial<ClusterError>;
  if (code !== "GW_CLUSTER" || status === undefined) return false;
  return status === 0 || status === 429 || status >= 500;
}
