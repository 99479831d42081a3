import type { JsonPatchOperation } from "../src/json-patch.ts";

/** What a patch makes of a document: one row of what kube-apiserver does. */
export interface PatchRow {
  name: string;
  document: Record<string, unknown>;
  patch: readonly JsonPatchOperation[];
  /** The document afterwards; "error" where the patch is refused. */
  result: Record<string, unknown> | "error";
}

const row = (
  name: string,
  document: Record<string, unknown>,
  patch: JsonPatchOperation | readonly JsonPatchOperation[],
  result: PatchRow["result"],
): PatchRow => ({
  name,
  document,
  patch: Array.isArray(patch) ? patch : [patch as JsonPatchOperation],
  result,
});

/** Held against `applyJsonPatch`, and against a real kube-apiserver. */
export const patchTable: readonly PatchRow[] = [
  row("add under a missing parent", {}, { op: "add", path: "/a/b", value: 1 }, "error"),
  row("add under a null parent", { a: null }, { op: "add", path: "/a/b", value: 1 }, "error"),
  row("add under a string", { a: "x" }, { op: "add", path: "/a/b", value: 1 }, "error"),
  row("- on a missing array", {}, { op: "add", path: "/a/-", value: 1 }, "error"),
  row("- on an array", { a: [1] }, { op: "add", path: "/a/-", value: 2 }, { a: [1, 2] }),
  row("add behind the end", { a: [1] }, { op: "add", path: "/a/2", value: 2 }, "error"),
  row("add at the end", { a: [1] }, { op: "add", path: "/a/1", value: 2 }, { a: [1, 2] }),
  row("add in front", { a: [1] }, { op: "add", path: "/a/0", value: 0 }, { a: [0, 1] }),
  row("add at no index", { a: [1] }, { op: "add", path: "/a/b", value: 0 }, "error"),
  row("add at -1", { a: [1, 2] }, { op: "add", path: "/a/-1", value: 3 }, { a: [1, 2, 3] }),
  row("add at -2", { a: [1, 2] }, { op: "add", path: "/a/-2", value: 3 }, { a: [1, 3, 2] }),
  row("add at -4 of two", { a: [1, 2] }, { op: "add", path: "/a/-4", value: 3 }, "error"),
  row(
    "add to an existing map replaces it",
    { a: { x: 1 } },
    { op: "add", path: "/a", value: { y: 2 } },
    { a: { y: 2 } },
  ),
  row("add of null", {}, { op: "add", path: "/a", value: null }, { a: null }),
  row(
    "add of a value, then into it",
    {},
    [
      { op: "add", path: "/a", value: {} },
      { op: "add", path: "/a/b", value: 1 },
    ],
    { a: { b: 1 } },
  ),
  row("remove of a member", { a: 1, b: 2 }, { op: "remove", path: "/a" }, { b: 2 }),
  row("remove of a missing key", { a: 1 }, { op: "remove", path: "/b" }, "error"),
  row("remove of an item", { a: [1, 2] }, { op: "remove", path: "/a/0" }, { a: [2] }),
  row("remove of the last item", { a: [1, 2] }, { op: "remove", path: "/a/-1" }, { a: [1] }),
  row("remove behind the end", { a: [1] }, { op: "remove", path: "/a/1" }, "error"),
  row("an unknown op", { a: 1 }, { op: "delete", path: "/a" }, "error"),
  row("/ not escaped", {}, { op: "add", path: "/a/example.com/x", value: 1 }, "error"),
  row("/ as ~1", { a: {} }, { op: "add", path: "/a/e.com~1x", value: 1 }, { a: { "e.com/x": 1 } }),
  row("~ as ~0", { a: {} }, { op: "add", path: "/a/x~01", value: 1 }, { a: { "x~1": 1 } }),
  row("the empty key", { a: {} }, { op: "add", path: "/a/", value: 1 }, { a: { "": 1 } }),
  row("replace of a member", { a: 1 }, { op: "replace", path: "/a", value: 2 }, { a: 2 }),
  row(
    "replace of a missing map key adds it",
    { a: {} },
    { op: "replace", path: "/a/b", value: 1 },
    { a: { b: 1 } },
  ),
  row("replace under a missing parent", {}, { op: "replace", path: "/a/b", value: 1 }, "error"),
  row("replace behind the end", { a: [1] }, { op: "replace", path: "/a/1", value: 2 }, "error"),
  row("replace at -1", { a: [1, 2] }, { op: "replace", path: "/a/-1", value: 3 }, { a: [1, 3] }),
  row("test of a missing key against null", {}, { op: "test", path: "/a", value: null }, {}),
  row(
    "test of a null against null",
    { a: null },
    { op: "test", path: "/a", value: null },
    { a: null },
  ),
  row("test of a missing key", {}, { op: "test", path: "/a", value: 1 }, "error"),
  row(
    "test that holds",
    { a: { b: [1] } },
    { op: "test", path: "/a", value: { b: [1] } },
    { a: { b: [1] } },
  ),
  row("test that does not hold", { a: 1 }, { op: "test", path: "/a", value: 2 }, "error"),
  row(
    "test of a negative index",
    { a: [1, 2] },
    { op: "test", path: "/a/-1", value: 2 },
    { a: [1, 2] },
  ),
  row("test under a missing parent", {}, { op: "test", path: "/a/b", value: null }, "error"),
  row("test behind the end", { a: [1] }, { op: "test", path: "/a/1", value: null }, "error"),
  row(
    "move",
    { a: { x: 1 }, b: {} },
    { op: "move", from: "/a/x", path: "/b/y" },
    { a: {}, b: { y: 1 } },
  ),
  row("move of a missing key", { a: {} }, { op: "move", from: "/b", path: "/a/b" }, "error"),
  row(
    "copy",
    { a: { x: 1 } },
    { op: "copy", from: "/a", path: "/b" },
    { a: { x: 1 }, b: { x: 1 } },
  ),
  row(
    "copy of a missing key copies null",
    { a: 1 },
    { op: "copy", from: "/b", path: "/c" },
    { a: 1, c: null },
  ),
  row("copy from a missing parent", { a: 1 }, { op: "copy", from: "/b/c", path: "/d" }, "error"),
  row("[] is no patch", { a: 1 }, [], { a: 1 }),
  row(
    "one failing operation, and nothing is applied",
    { a: 1 },
    [
      { op: "add", path: "/b", value: 1 },
      { op: "remove", path: "/c" },
    ],
    "error",
  ),
];
