import { GatewrightError } from "./errors.ts";

/** Gives the text that an object was parsed from; called only where an exact number is in doubt. */
export type NumberSource = () => string;

/**
 * Whether a number may be a rounded one: an integer beyond 2^53, or what overflowed. Go keeps int64
 * exactly; `JSON.parse` does not.
 */
export function isSuspect(value: number): boolean {
  return !Number.isSafeInteger(value) && (Number.isInteger(value) || !Number.isFinite(value));
}

/** Adds to `found` every number in `value` that may be a rounded one. */
export function collectSuspects(value: unknown, found: Set<number>): void {
  if (typeof value === "number") {
    if (isSuspect(value)) found.add(value);
  } else if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) collectSuspects(member, found);
  }
}

/**
 * Refuses a change that puts or moves a number of which the text says more than JavaScript knows. What
 * no plugin touched is in no patch, and comes through unharmed.
 *
 * `written` are the suspects that the change put or moved somewhere, `patched` those that its patch
 * writes. What is patched would be stored rounded. What was moved to a place where an equal number
 * stood is in no patch: that is as it should be, unless the text has two numbers that only look equal.
 *
 * @throws GW_PATCH_INEXACT
 */
export function assertExact(
  written: ReadonlySet<number>,
  patched: ReadonlySet<number>,
  source: NumberSource,
): void {
  if (written.size === 0) return;
  for (const [number, literals] of suspectLiterals(source(), written)) {
    const inexact = [...literals].find((literal) => !isExact(literal, number));
    if (inexact === undefined) continue;
    // What overflowed is a null in a patch, and so is not among what is patched.
    if (patched.has(number) || literals.size > 1 || !Number.isFinite(number)) {
      throw new InexactPatch(number, inexact);
    }
  }
}

/** A `GW_PATCH_INEXACT`, with the number that cannot be sent. */
export class InexactPatch extends GatewrightError {
  readonly number: number;

  constructor(number: number, literal: string) {
    super(
      "GW_PATCH_INEXACT",
      `the patch would have to rewrite ${literal}, which JavaScript rounds to ${number}; ` +
        "append to the array that holds it, or leave that part of the object as it is",
    );
    this.name = "GatewrightError";
    this.number = number;
  }
}

/** How the text writes each of the `wanted` numbers. */
function suspectLiterals(text: string, wanted: ReadonlySet<number>): Map<number, Set<string>> {
  const found = new Map<number, Set<string>>();
  // Node 22's reviver gets the source text of each primitive (TC39 "JSON.parse source text access").
  JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    if (typeof value === "number" && wanted.has(value) && context?.source !== undefined) {
      const literals = found.get(value);
      if (literals === undefined) found.set(value, new Set([context.source]));
      else literals.add(context.source);
    }
    return value;
  });
  return found;
}

function isExact(literal: string, value: number): boolean {
  // Written as a float, it is a double to Go as well.
  if (!/^-?\d+$/.test(literal)) return Number.isFinite(value);
  return Number.isFinite(value) && BigInt(literal) === BigInt(value);
}
