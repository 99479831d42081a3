import { ClusterError, type WatchEvent, type WatchOptions } from "@gatewright/core";
import { isStatus, parseJson, refusal } from "./api-error.ts";
import type { ApiRequest, Exchange } from "./exchange.ts";
import { linesOf } from "./json-lines.ts";
import { closedError, timedOut, unreachable } from "./no-answer.ts";
import { resourcePath } from "./resource-path.ts";

/** How a watch ends, besides by its signal. */
export interface WatchLimits {
  /** The connection's own signal, aborted when it is closed. */
  closing: AbortSignal;
  /** Milliseconds until the answer must have begun. */
  timeoutMs: number;
  /**
   * Milliseconds of silence after which a watch ends as if the API server had ended it. kube-apiserver sends
   * bookmarks about every minute (`bookmarkFrequency` in its cacher.go), but not where nothing happens at all:
   * a quiet resource and a connection whose other end is gone look alike, until somebody watches anew.
   */
  silenceMs: number;
}

/** Why a watch ends that was silent for too long. */
const SILENT = Symbol("silent");

/** `ClusterConnection.watch`, over an exchange. */
export async function watch(
  exchange: Exchange,
  resource: string,
  { resourceVersion, timeoutSeconds, signal }: WatchOptions,
  { closing, timeoutMs, silenceMs }: WatchLimits,
): Promise<AsyncIterable<WatchEvent>> {
  const query = new URLSearchParams({
    watch: "true",
    allowWatchBookmarks: "true",
    resourceVersion,
    timeoutSeconds: String(timeoutSeconds),
  });
  const path = `${resourcePath(resource, {})}?${query.toString()}`;
  const request: ApiRequest = { method: "GET", path, traffic: "watches" };
  const what = exchange.what(request);
  const end = createEnd(what, signal, closing);
  try {
    end.after(timeoutMs, timedOut(what, timeoutMs));
    const { statusCode, headers, body } = await exchange.send(request, end.signal);
    if (statusCode !== 200) {
      throw refusal(what, statusCode, await body.text(), headers["retry-after"]?.toString());
    }
    // Where it breaks while nobody reads, nobody else would take the error.
    body.on("error", () => {});
    end.after(silenceMs, SILENT);
    return eventsOf(what, body, end, silenceMs);
  } catch (error) {
    const reason = end.signal.aborted ? end.signal.reason : unreachable(what, error);
    end.now();
    throw reason;
  }
}

async function* eventsOf(
  what: string,
  body: AsyncIterable<Uint8Array>,
  end: End,
  silenceMs: number,
): AsyncGenerator<WatchEvent, void, undefined> {
  try {
    for await (const line of linesOf(body)) {
      end.notNow();
      yield eventOf(what, line);
      end.after(silenceMs, SILENT);
    }
  } catch (error) {
    if (!end.signal.aborted) throw unreachable(what, error);
    if (end.signal.reason !== SILENT) throw end.signal.reason;
  } finally {
    // Also where whoever reads has had enough: it frees the connection.
    end.now();
  }
}

type End = ReturnType<typeof createEnd>;

/** When a watch is over: at once, or in a while. Nothing of it is left then, whether or not it was read. */
function createEnd(what: string, signal: AbortSignal, closing: AbortSignal) {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const notNow = () => clearTimeout(timer);
  const now = (reason?: unknown) => {
    notNow();
    signal.removeEventListener("abort", onSignal);
    closing.removeEventListener("abort", onClosing);
    over.abort(reason);
  };
  const onSignal = () => now(signal.reason);
  const onClosing = () => now(closedError(what));
  signal.addEventListener("abort", onSignal, { once: true });
  closing.addEventListener("abort", onClosing, { once: true });
  if (closing.aborted) onClosing();
  if (signal.aborted) onSignal();
  return {
    signal: over.signal,
    /** In so many milliseconds from now, unless it is put off again. */
    after(ms: number, reason: unknown) {
      notNow();
      if (!over.signal.aborted) timer = setTimeout(now, ms, reason);
    },
    notNow,
    now,
  };
}

function eventOf(what: string, line: string): WatchEvent {
  const event = parseJson(line) as Partial<WatchEvent> | undefined;
  const { type, object } = event ?? {};
  switch (type as string | undefined) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
    case "BOOKMARK":
      if (typeof object === "object" && object !== null) return event as WatchEvent;
      break;
    case "ERROR":
      throw refusal(what, codeOf(object), JSON.stringify(object ?? {}));
  }
  throw new ClusterError(`${what}: what came is no event: ${line.slice(0, 200)}`, {
    status: 200,
    reason: "InternalError",
  });
}

/** Of a Status in an ERROR event. */
function codeOf(object: unknown): number {
  return isStatus(object) && object.code !== undefined ? object.code : 500;
}
