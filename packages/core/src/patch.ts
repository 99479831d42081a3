import jsonPatch from "fast-json-patch";
import type { Change } from "./change.ts";
import { assertExact, collectSuspects, type NumberSource } from "./exact-numbers.ts";

/** One operation of a JSON Patch (RFC 6902), of the kinds that `patchBetween` makes. */
export type PatchOperation =
  | { op: "add" | "replace"; path: string; value: unknown }
  | { op: "remove"; path: string };

/**
 * The JSON Patch that turns `before` into what it was changed to; empty where they are equal.
 *
 * The parts that nobody changed are shared, and not looked into: the cost grows with the change.
 * `source` is the text that `before` was parsed from.
 *
 * @throws GW_PATCH_INEXACT where an integer beyond 2^53 would be rounded by being moved.
 */
export function patchBetween(
  before: object,
  { after, written }: Change,
  source: NumberSource,
): PatchOperation[] {
  const patch = jsonPatch.compare(before, after) as PatchOperation[];
  if (written.size > 0) {
    const patched = new Set<number>();
    collectSuspects(patch, patched);
    assertExact(written, patched, source);
  }
  return patch;
}
