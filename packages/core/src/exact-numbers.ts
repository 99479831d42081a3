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

/**
 * Refuses a patch that would write one of `suspects`, where the text has a number that was rounded to
 * it. What is not in a patch comes through unharmed; what is would be stored rounded.
 *
 * @throws GW_PATCH_INEXACT
 */
export function assertExact(suspects: ReadonlySet<number>, source: NumberSource): void {
  if (suspects.size === 0) return;
  for (const literal of inexactLiterals(source())) {
    if (suspects.has(Number(literal))) {
      throw new GatewrightError(
        "GW_PATCH_INEXACT",
        `the patch would have to rewrite ${literal}, which JavaScript rounds to ${Number(literal)}; ` +
          "append to the array that holds it, or leave that part of the object as it is",
      );
    }
  }
}

/** Every number in a JSON text that a double does not hold exactly, as it is written. */
function inexactLiterals(text: string): Set<string> {
  const literals = new Set<string>();
  // Node 22's reviver gets the source text of each primitive (TC39 "JSON.parse source text access").
  JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    if (typeof value === "number" && context?.source !== undefined && isSuspect(value)) {
      if (!isExact(context.source, value)) literals.add(context.source);
    }
    return value;
  });
  return literals;
}

function isExact(source: string, value: number): boolean {
  return /^-?\d+$/.test(source) && Number.isFinite(value) && BigInt(source) === BigInt(value);
}
