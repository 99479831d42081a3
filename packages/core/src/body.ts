import type { IncomingMessage } from "node:http";
import { BadReview } from "./errors.ts";

/** kube-apiserver takes requests of 3 MiB; a review of an UPDATE carries two objects. */
export const DEFAULT_MAX_REQUEST_BYTES = 7 * 1024 * 1024;

/** The caller went away before its request was whole: nobody is left to answer. */
export class CallerGone extends Error {
  override readonly name = "CallerGone";
}

/**
 * Reads a request's body as bytes: decoding it is another's work, and lossy where it is not UTF-8.
 *
 * @throws BadReview 413 above `maxBytes`, before reading where Content-Length says so; 415 for another
 *   content type than `application/json`, or a compressed body.
 * @throws BadReview 408 where the body is not whole after `patienceMs`: its caller has given up by then,
 *   and half-sent bodies must not add up.
 * @throws CallerGone
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  patienceMs: number,
): Promise<Buffer> {
  expectJson(request);
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > maxBytes) return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let received = 0;
    const reading = {
      until: performance.now() + patienceMs,
      giveUp() {
        chunks.length = 0;
        reject(new BadReview(408, "the body was not sent in time"));
      },
    };
    watch(reading);
    request.on("data", (chunk: Buffer) => {
      received += chunk.length;
      if (received > maxBytes) {
        reject(tooLarge(maxBytes));
        chunks.length = 0;
        return;
      }
      chunks.push(chunk);
    });
    request.on("end", () => {
      underWay.delete(reading);
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, received);
      // The request outlives its body, to the end of its answer, and these listeners with it: what
      // they hold would be moved to the old heap, whose collection stops the server for milliseconds.
      chunks.length = 0;
      resolve(body);
    });
    request.on("error", () => reject(new CallerGone()));
    request.on("close", () => {
      underWay.delete(reading);
      if (!request.complete) reject(new CallerGone());
    });
  });
}

interface Reading {
  /** On `performance.now()`'s clock. */
  readonly until: number;
  giveUp(): void;
}

const underWay = new Set<Reading>();
let rounds: NodeJS.Timeout | undefined;

/** Looks at all bodies under way now and then: a timer for each would take a fifteenth of a review. */
function watch(reading: Reading): void {
  underWay.add(reading);
  rounds ??= setInterval(() => {
    const now = performance.now();
    for (const one of underWay) {
      if (one.until > now) continue;
      underWay.delete(one);
      one.giveUp();
    }
    if (underWay.size > 0) return;
    clearInterval(rounds);
    rounds = undefined;
  }, 250).unref();
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
