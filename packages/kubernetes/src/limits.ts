import { closedError, timedOut } from "./no-answer.ts";

/** How a call can be ended from outside. */
export interface Limits {
  /** The caller's: the call rejects with its reason. */
  signal?: AbortSignal | undefined;
  /** The connection's own, aborted when it is closed. */
  closing: AbortSignal;
  /** Milliseconds for all of it. */
  timeoutMs: number;
}

/** The limits of a call that runs. */
export interface Running {
  /** Aborted with what the call is to reject with. */
  signal: AbortSignal;
  /** When its time is up, by `performance.now()`. */
  endsAt: number;
}

/**
 * Runs `work` under one signal that aborts when the caller says so, the time is up, or the connection is
 * closed, and rejects at that moment with what ended it, whether or not `work` notices.
 *
 * It is not `AbortSignal.any`: that keeps a trace of each call in a signal that lives as long as the process.
 *
 * @param what the call, for messages
 */
export async function within<T>(
  what: string,
  { signal, closing, timeoutMs }: Limits,
  work: (running: Running) => Promise<T>,
): Promise<T> {
  if (closing.aborted) throw closedError(what);
  signal?.throwIfAborted();
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(timedOut(what, timeoutMs)), timeoutMs);
  const onSignal = () => over.abort(signal?.reason);
  const onClosing = () => over.abort(closedError(what));
  signal?.addEventListener("abort", onSignal, { once: true });
  closing.addEventListener("abort", onClosing, { once: true });
  try {
    const endsAt = performance.now() + timeoutMs;
    return await unlessAborted(work({ signal: over.signal, endsAt }), over.signal);
  } catch (error) {
    // Whatever the work made of its end, the caller learns who ended it.
    if (over.signal.aborted) throw over.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onSignal);
    closing.removeEventListener("abort", onClosing);
  }
}

/** The promise, or the signal's reason as soon as that is aborted. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const onAbort = () => ended.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, ended.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    // The loser of the race may still reject, and nobody else listens.
    promise.catch(() => {});
    ended.promise.catch(() => {});
  }
}
