// Random JSON objects, and random edits of them, that can be made to a draft and to a copy alike.
import fc from "fast-check";

/** What JSON has. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Keys that trip programs up, and some that do not. */
export const keys = fc.constantFrom(
  ...["a", "b", "name", "__proto__", "constructor", "toString", "hasOwnProperty", "length"],
  ...["", "/", "~", "~1", "a/b", "~0~", "0", "1", "-", "é", "\u0000", "toJSON"],
);

/** Assigns a member, `__proto__` like any other. */
export function put(target: object, key: string | number, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

/** Objects of a few dozen parts whose numbers and texts come from `leaves`. */
export function objects<T>(leaves: fc.Arbitrary<T>): fc.Arbitrary<{ [key: string]: T | object }> {
  const { object } = fc.letrec<{ value: unknown; object: object }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaves,
      fc.array(tie("value"), { maxLength: 4 }),
      tie("object"),
    ),
    object: fc.array(fc.tuple(keys, tie("value")), { maxLength: 5 }).map((entries) => {
      const made = {};
      for (const [key, value] of entries) put(made, key, value);
      return made;
    }),
  }));
  return object as fc.Arbitrary<{ [key: string]: T | object }>;
}

/** One thing that a plugin may do to an object. Numbers choose among what there is, wherever it is. */
export interface Edit {
  kind: EditKind;
  at: number;
  from: number;
  key: string;
  value: unknown;
}

export type EditKind = (typeof everyKind)[number];

const everyKind = [
  ...["set", "replace", "delete", "push", "unshift", "pop", "shift", "splice"],
  ...["reverse", "sort", "truncate", "move", "copyMember", "swap", "spread", "map", "assign"],
] as const;

/** Scripts of edits; what they put in is made by `values`. */
export function edits(
  values: fc.Arbitrary<unknown>,
  kinds: readonly EditKind[] = everyKind,
): fc.Arbitrary<Edit[]> {
  return fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      at: fc.nat(),
      from: fc.nat(),
      key: keys,
      value: values,
    }),
    { maxLength: 8 },
  );
}

type Container = unknown[] | Record<string, unknown>;

/** Makes the edits, in place. `root` may be a draft: nothing is done that a plugin would not do. */
export function edit(root: object, script: readonly Edit[]): void {
  for (const step of script) editOnce(root, step);
}

function editOnce(root: object, { kind, at, from, key, value }: Edit): void {
  const places = containersIn(root);
  const { container } = places[at % places.length] as Place;
  const fresh: unknown = structuredClone(value);
  const old = Object.keys(container);
  const oldKey = old[from % Math.max(old.length, 1)];
  if (Array.isArray(container)) editArray(container, kind, from, fresh);
  else if (kind === "set" || kind === "push") put(container, key, fresh);
  else if (oldKey === undefined) return;
  else if (kind === "replace") put(container, oldKey, fresh);
  else if (kind === "delete" || kind === "pop") Reflect.deleteProperty(container, oldKey);
  else if (kind === "assign") Object.assign(container, { extra: fresh });
  else if (kind === "copyMember") put(container, key, container[oldKey]);
  if (kind === "move") moveInto(places, container, from, key);
  if (kind === "swap") swap(container, at, from);
  if (kind === "spread") spread(places, at, key, fresh);
}

function editArray(list: unknown[], kind: EditKind, from: number, fresh: unknown): void {
  const index = from % (list.length + 1);
  if (kind === "push" || kind === "set") list.push(fresh);
  if (kind === "unshift" || kind === "assign") list.unshift(fresh);
  if (kind === "pop") list.pop();
  if (kind === "shift") list.shift();
  if (kind === "splice") list.splice(index, from % 3, fresh);
  if (kind === "delete") list.splice(index, 1);
  if (kind === "reverse") list.reverse();
  if (kind === "sort") list.sort((a, b) => rank(a) - rank(b));
  if (kind === "truncate") list.length = index;
  if (kind === "replace" && list.length > 0) list[from % list.length] = fresh;
  if (kind === "copyMember" && list.length > 0) list.push(list[from % list.length]);
  if (kind === "map") {
    const mapped = list.map((item) =>
      typeof item === "object" && item !== null && !Array.isArray(item) ? { ...item } : item,
    );
    list.splice(0, list.length, ...mapped);
  }
}

/** Tells nothing of a number: scripts must do the same whether numbers are exact or rounded. */
function rank(value: unknown): number {
  return Array.isArray(value) ? value.length : typeof value === "object" ? 1 : 0;
}

/** Puts a part that is elsewhere in here, too; never one that holds this place, for that is a circle. */
function moveInto(places: Place[], container: Container, from: number, key: string): void {
  const here = places.filter((place) => place.container === container);
  const others = places.filter(
    ({ container: other, within }) =>
      !holds(other, container) && within !== undefined && !here.some((p) => p.container === other),
  );
  const other = others[from % Math.max(others.length, 1)];
  if (other === undefined) return;
  if (Array.isArray(container)) container.push(other.container);
  else put(container, key, other.container);
}

function holds(part: unknown, container: Container): boolean {
  if (part === container) return true;
  if (typeof part !== "object" || part === null) return false;
  return Object.values(part).some((member) => holds(member, container));
}

function swap(container: Container, a: number, b: number): void {
  const names = Object.keys(container);
  if (names.length < 2) return;
  const [one, two] = [names[a % names.length] as string, names[b % names.length] as string];
  const members = container as Record<string, unknown>;
  const kept = members[one];
  put(container, one, members[two]);
  put(container, two, kept);
}

/** What those do who never change in place: `spec.x = { ...spec.x, key: value }`. */
function spread(places: Place[], at: number, key: string, fresh: unknown): void {
  const { container, within, name } = places[at % places.length] as Place;
  if (within === undefined || name === undefined || Array.isArray(container)) return;
  const next = { ...container };
  put(next, key, fresh);
  put(within, name, next);
}

interface Place {
  container: Container;
  within: Container | undefined;
  name: string | undefined;
}

function containersIn(root: object): Place[] {
  const found: Place[] = [{ container: root as Container, within: undefined, name: undefined }];
  for (const { container } of found) {
    if (found.length > 500) break;
    for (const [name, member] of Object.entries(container)) {
      if (typeof member === "object" && member !== null) {
        found.push({ container: member as Container, within: container, name });
      }
    }
  }
  return found;
}
