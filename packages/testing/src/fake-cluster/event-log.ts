import type { WatchEvent, WatchOptions } from "@gatewright/core";
import { expired } from "./refusals.ts";

/** What happened to the objects of one cluster, for whoever watches. */
export interface EventLog {
  /** The newest resourceVersion. */
  version(): string;
  /** Takes the next resourceVersion, and gives the event that `eventOf` makes with it to all watches. */
  append(resource: string, eventOf: (version: string) => WatchEvent): void;
  /** Events from a moment on. */
  watch(resource: string, options: WatchOptions, closing: AbortSignal): AsyncIterable<WatchEvent>;
}

/** Watches of anything before are told 410: etcd was compacted. */
const OLDEST = 1_000;
/** As often as the API server sends one to a watch in which nothing happens. */
const BOOKMARK_MS = 60_000;

export function createEventLog(): EventLog {
  let newest = OLDEST;
  const events: { version: number; resource: string; event: WatchEvent }[] = [];
  const waiting = new Set<() => void>();
  return {
    version: () => String(newest),
    append(resource, eventOf) {
      newest++;
      events.push({ version: newest, resource, event: eventOf(String(newest)) });
      for (const wake of waiting) wake();
    },
    async *watch(resource, { resourceVersion, timeoutSeconds, signal }, closing) {
      const from = Number(resourceVersion);
      if (from < OLDEST) throw expired();
      const end = performance.now() + timeoutSeconds * 1000;
      let next = events.findIndex(({ version }) => version > from);
      if (next === -1) next = events.length;
      for (;;) {
        for (; next < events.length; next++) {
          const one = events[next];
          if (one?.resource === resource) yield structuredClone(one.event);
        }
        const left = end - performance.now();
        if (left > 0) await wakened(waiting, Math.min(left, BOOKMARK_MS), [signal, closing]);
        if (signal.aborted) throw signal.reason;
        if (closing.aborted) throw closing.reason;
        if (next < events.length) continue;
        yield bookmark(String(newest));
        if (performance.now() >= end) return;
      }
    },
  };
}

function bookmark(resourceVersion: string): WatchEvent {
  const object = { apiVersion: "v1", kind: "Bookmark", metadata: { resourceVersion } };
  return { type: "BOOKMARK", object };
}

/** Until an event is there, a signal aborts, or the time is over. */
function wakened(
  waiting: Set<() => void>,
  milliseconds: number,
  signals: readonly AbortSignal[],
): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      waiting.delete(wake);
      for (const signal of signals) signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    waiting.add(wake);
    for (const signal of signals) {
      if (signal.aborted) wake();
      else signal.addEventListener("abort", wake, { once: true });
    }
  });
}
