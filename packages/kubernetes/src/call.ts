import { setTimeout as delay } from "node:timers/promises";
import { ClusterError } from "@gatewright/core";
import { parseJson, refusal } from "./api-error.ts";
import type { ApiRequest, Exchange } from "./exchange.ts";
import type { Running } from "./limits.ts";
import { unreachable } from "./no-answer.ts";

/**
 * One call, and the JSON of its answer. Where the API server says that it did nothing and when to try again
 * (429; for reads also 5xx), it does so in the time that it has, as client-go does.
 *
 * @throws ClusterError, or the signal's reason
 */
export async function call(
  exchange: Exchange,
  request: ApiRequest,
  { signal, endsAt }: Running,
): Promise<unknown> {
  const what = exchange.what(request);
  for (;;) {
    const { statusCode, headers, body } = await exchange.send(request, signal);
    const text = await readBody(what, body, signal);
    if (statusCode >= 200 && statusCode < 300) return answerOf(what, statusCode, text);
    const error = refusal(what, statusCode, text, headers["retry-after"]?.toString());
    const untouched = statusCode === 429 || (statusCode >= 500 && request.method === "GET");
    const waitMs = (error.retryAfterSeconds ?? Infinity) * 1_000;
    if (!untouched || performance.now() + waitMs >= endsAt) throw error;
    await delay(waitMs, undefined, { signal });
  }
}

async function readBody(
  what: string,
  body: { text(): Promise<string> },
  signal: AbortSignal,
): Promise<string> {
  try {
    return await body.text();
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(what, error);
  }
}

function answerOf(what: string, statusCode: number, text: string): unknown {
  const answer = parseJson(text);
  if (typeof answer === "object" && answer !== null) return answer;
  throw new ClusterError(
    `${what}: ${statusCode}, but the answer is no JSON: is this an API server?`,
    {
      status: statusCode,
      reason: "InternalError",
    },
  );
}
