import { BadReview } from "./errors.ts";

/** kube-apiserver's own default for `timeoutSeconds`, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 10_000;

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Reads a Go duration (`time.ParseDuration`: `10s`, `300ms`, `1m30s`) as milliseconds.
 * `undefined` where it is none, or not above zero.
 */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(amount) * (UNIT_MS[unit as string] as number);
  }
  return total > 0 && Number.isFinite(total) ? total : undefined;
}

/**
 * How long a review may take, in milliseconds, from the `timeout` of the call's query string.
 *
 * The API server sends what is left of its patience, rounded up to whole seconds, so an answer at the
 * last moment comes too late: a tenth is kept back, 500 ms at most.
 *
 * @throws BadReview (400) for a `timeout` that is no duration.
 */
export function timeAllowed(queryString: string): number {
  let allowed = remembered.get(queryString);
  if (allowed === undefined) {
    const timeoutMs = timeoutOf(queryString);
    allowed = timeoutMs - Math.min(timeoutMs / 10, 500);
    // Thirty values are in use anywhere; whoever sends more has no claim on memory.
    if (remembered.size >= 100) remembered.clear();
    remembered.set(queryString, allowed);
  }
  return allowed;
}

/** Parsing the same few query strings again would cost a hundredth of a review. */
const remembered = new Map<string, number>();

function timeoutOf(queryString: string): number {
  const text = new URLSearchParams(queryString).get("timeout");
  if (text === null) return DEFAULT_TIMEOUT_MS;
  const parsed = parseDuration(text);
  if (parsed === undefined) throw new BadReview(400, `timeout is not a duration such as "10s"`);
  return parsed;
}
