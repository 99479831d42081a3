import jsonPatch from "fast-json-patch";
import { inspectChange } from "./change.ts";
import { assertExact, type NumberSource } from "./exact-numbers.ts";

/** One operation of a JSON Patch (RFC 6902), of the kinds that `patchBetween` makes. */
export type PatchOperation =
  | { op: "add" | "replace"; path: string; value: unknown }
  | { op: "remove"; path: string };

/**
 * The JSON Patch that turns `before` into `after`; empty where they are equal.
 *
 * `after` shares the parts that nobody changed with `before`, and those are not looked into: the cost
 * grows with the change. `source` is the text that `before` was parsed from.
 *
 * @throws GW_PATCH_NOT_JSON where a changed value is nothing that JSON has.
 * @throws GW_PATCH_INEXACT where an integer beyond 2^53 would be rounded by being moved.
 */
export function patchBetween(
  before: object,
  after: object,
  source: NumberSource,
): PatchOperation[] {
  if (before === after) return [];
  // Before comparing: `compare` copies values through JSON, which turns NaN and undefined into null.
  assertExact(inspectChange(before, after), source);
  return jsonPatch.compare(before, after) as PatchOperation[];
}
