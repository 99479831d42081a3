import type { IncomingMessage } from "node:http";
import { BadReview } from "./errors.ts";
import { memoryFor } from "./json-scan.ts";

/** kube-apiserver takes requests of 3 MiB; a review of an UPDATE carries two objects. */
export const DEFAULT_MAX_REQUEST_BYTES = 7 * 1024 * 1024;

/** How much of a body is read, and for how long. */
export interface BodyLimits {
  maxBytes: number;
  patienceMs: number;
  /** Asked of each piece: whether the server may hold so many bytes more. */
  admits(bytes: number): boolean;
}

/** The caller went away before its request was whole: nobody is left to answer. */
export class CallerGone extends Error {
  override readonly name = "CallerGone";
}

/**
 * Reads a request's body and hands it to `use` as bytes, once it is whole: decoding it is another's
 * work, and lossy where it is not UTF-8. The bytes are good until `use` returns, and no longer.
 *
 * @throws BadReview 413 above `maxBytes`, before reading where Content-Length says so; 415 for another
 *   content type than `application/json`, or a compressed body.
 * @throws BadReview 408 where the body is not whole after `patienceMs`: its caller has given up by then,
 *   and half-sent bodies must not add up.
 * @throws BadReview 503 where `admits` says no.
 * @throws CallerGone
 * @throws what `use` throws
 */
export function readBody<T>(
  request: IncomingMessage,
  { maxBytes, patienceMs, admits }: BodyLimits,
  use: (body: Buffer) => T,
): Promise<T> {
  expectJson(request);
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > maxBytes) return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    // The request outlives its body, to the end of its answer, and these listeners with it. What they
    // hold by then survives collections of garbage, makes the young heap grow beyond the processor's
    // caches, and so makes every review slower: all of it is let go at once.
    let open: Open<T> | undefined = { resolve, reject, chunks: [], received: 0 };
    const close = (): Open<T> | undefined => {
      const was = open;
      open = undefined;
      unwatch(reading);
      return was;
    };
    const reading: Reading = {
      at: -1,
      until: performance.now() + patienceMs,
      giveUp: () => close()?.reject(new BadReview(408, "the body was not sent in time")),
    };
    watch(reading);
    request.on("data", (chunk: Buffer) => {
      if (open === undefined) return;
      open.received += chunk.length;
      if (open.received > maxBytes) close()?.reject(tooLarge(maxBytes));
      else if (!admits(chunk.length)) close()?.reject(new BadReview(503, FULL));
      else open.chunks.push(chunk);
    });
    request.on("end", () => {
      const whole = close();
      if (whole === undefined) return;
      try {
        whole.resolve(use(assemble(whole.chunks, whole.received)));
      } catch (error) {
        whole.reject(error);
      }
    });
    request.on("error", () => close()?.reject(new CallerGone()));
    request.on("close", () => {
      if (!request.complete) close()?.reject(new CallerGone());
    });
  });
}

const FULL = "the server is at work on as many bytes of reviews as it may: try again";

interface Open<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
  readonly chunks: Buffer[];
  received: number;
}

function assemble(chunks: readonly Buffer[], length: number): Buffer {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const memory = memoryFor(length);
  if (memory === undefined) return Buffer.concat(chunks, length);
  let at = 0;
  for (const chunk of chunks) {
    memory.set(chunk, at);
    at += chunk.length;
  }
  return memory;
}

interface Reading {
  /** Where it is in `underWay`; -1 once it is not. */
  at: number;
  /** On `performance.now()`'s clock. */
  readonly until: number;
  giveUp(): void;
}

// Not a Set: one that often grows and empties gets new tables all the time, each of which knows the next. Where a
// dead one of them is old, all that come after grow old, too, and garbage of the young heap becomes the old one's.
const underWay: Reading[] = [];
let rounds: NodeJS.Timeout | undefined;

/** Looks at all bodies under way now and then: a timer for each would take a fifteenth of a review. */
function watch(reading: Reading): void {
  reading.at = underWay.push(reading) - 1;
  rounds ??= setInterval(() => {
    const now = performance.now();
    for (const one of underWay.filter(({ until }) => until <= now)) one.giveUp();
    if (underWay.length > 0) return;
    clearInterval(rounds);
    rounds = undefined;
  }, 250).unref();
}

/** Puts the last one in its place. */
function unwatch(reading: Reading): void {
  if (reading.at === -1) return;
  const last = underWay.pop() as Reading;
  if (last !== reading) {
    underWay[reading.at] = last;
    last.at = reading.at;
  }
  reading.at = -1;
}

function expectJson({ headers }: IncomingMessage): void {
  const type = headers["content-type"] ?? "";
  if (type !== "application/json" && !/^application\/json\s*(?:;|$)/i.test(type)) {
    throw new BadReview(415, "the content type is not application/json");
  }
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    throw new BadReview(415, "the body is compressed: send it as it is");
  }
}

function tooLarge(maxBytes: number): BadReview {
  return new BadReview(413, `the body is larger than ${maxBytes} bytes`);
}
