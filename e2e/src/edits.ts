import fc from "fast-check";
import { put } from "./exact-json.ts";

/** Keys that trip programs up, and some that do not. */
export const keys = fc.constantFrom(
  ...["a", "b", "name", "__proto__", "constructor", "toString", "length", "toJSON", "metadata"],
  ...["", "/", "~", "~1", "~0", "a/b", "m~n", "0", "1", "-", "é", "✓ 🙂", "\u0000", '"', "<&>"],
);

/** Values between small and deep: arrays of arrays, empty ones, and `leaves`. */
export function values(leaves: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return trees(leaves).value;
}

/** Objects of a few dozen parts. */
export function objects(leaves: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  return trees(leaves).object;
}

function trees(leaves: fc.Arbitrary<unknown>) {
  return fc.letrec<{ value: unknown; object: object }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      leaves,
      fc.array(tie("value"), { maxLength: 4 }),
      tie("object"),
    ),
    object: fc.array(fc.tuple(keys, tie("value")), { maxLength: 6 }).map((entries) => {
      const made = {};
      for (const [key, value] of entries) put(made, key, value);
      return made;
    }),
  }));
}

const kinds = [
  ...["set", "replace", "delete", "copy", "move", "swap", "spread", "clear"],
  ...["push", "unshift", "pop", "shift", "splice", "reverse", "truncate"],
] as const;

/** One thing that a plugin may do. Numbers choose among the places that there are. */
export interface Edit {
  kind: string;
  at: number;
  from: number;
  key: string;
  value: unknown;
}

/** Scripts of edits, putting in what `put` makes. */
export function scripts(put: fc.Arbitrary<unknown>): fc.Arbitrary<Edit[]> {
  const edit = fc.record({
    kind: fc.constantFrom(...kinds),
    at: fc.nat(),
    from: fc.nat(),
    key: keys,
    value: put,
  });
  return fc.array(edit, { maxLength: 8 });
}

type Members = Record<string, unknown>;

/**
 * Makes the edits in place, to a draft or to a plain object. What they do depends on the shape alone: neither on
 * the order of keys, which the API server sorts, nor on numbers, which a plugin sees rounded.
 */
export function edit(root: object, script: readonly Edit[]): void {
  for (const { kind, at, from, key, value } of script) {
    const places = containersIn(root);
    const container = places[at % places.length] as Members;
    const fresh: unknown = structuredClone(value);
    if (Array.isArray(container)) editArray(container, kind, from, fresh);
    else editObject(root, container, { kind, at, from, key, value: fresh });
  }
}

function editObject(root: object, target: Members, { kind, at, from, key, value }: Edit): void {
  if (kind === "set" || kind === "push") return put(target, key, value);
  if (kind === "clear") {
    for (const name of Object.keys(target)) Reflect.deleteProperty(target, name);
    return;
  }
  const names = Object.keys(target).sort();
  if (names.length === 0) return;
  const old = names[from % names.length] as string;
  const other = names[at % names.length] as string;
  const member = target[old];
  if (kind === "replace") put(target, old, value);
  else if (kind === "delete" || kind === "pop" || kind === "shift") {
    Reflect.deleteProperty(target, old);
  } else if (kind === "copy") put(target, key, member);
  else if (kind === "move") {
    Reflect.deleteProperty(target, old);
    put(root, key, member);
  } else if (kind === "swap") {
    put(target, old, target[other]);
    put(target, other, member);
  } else if (kind === "spread" && isObject(member)) {
    const next = { ...member };
    put(next, key, value);
    put(target, old, next);
  }
}

function editArray(list: unknown[], kind: string, from: number, value: unknown): void {
  const index = from % (list.length + 1);
  if (kind === "push" || kind === "set") list.push(value);
  if (kind === "unshift") list.unshift(value);
  if (kind === "pop") list.pop();
  if (kind === "shift") list.shift();
  if (kind === "splice" || kind === "swap") list.splice(index, from % 3, value);
  if (kind === "delete" || kind === "move") list.splice(index, 1);
  if (kind === "reverse") list.reverse();
  if (kind === "truncate") list.length = index;
  if (kind === "clear") list.length = 0;
  if (list.length === 0) return;
  if (kind === "replace") list[from % list.length] = value;
  if (kind === "copy") list.push(list[from % list.length]);
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function containersIn(root: object): object[] {
  const found: object[] = [root];
  for (const container of found) {
    if (found.length > 500) break;
    for (const name of Object.keys(container).sort()) {
      const member = (container as Members)[name];
      if (typeof member === "object" && member !== null) found.push(member);
    }
  }
  return found;
}
