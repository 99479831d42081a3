import { isDeepStrictEqual } from "node:util";

/** One operation of a JSON Patch (RFC 6902), as it came and unchecked. */
export interface JsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

type Container = Record<string, unknown> | unknown[];

/** A place in a document: what `key` is, or would be, a member of. */
interface Place {
  readonly container: Container;
  readonly key: string;
}

/**
 * Applies a patch as kube-apiserver does, which is gopkg.in/evanphx/json-patch.v4 (`patch.go`), and not
 * quite RFC 6902: `replace` adds a missing member, `test` takes a missing member for null, and indices
 * may be negative. fast-json-patch's `applyPatch` decides most of these the other way.
 *
 * @returns the patched copy; `document` is not written to, and shares nothing with it.
 * @throws Error where an operation does not apply; then none has been applied.
 */
export function applyJsonPatch(document: unknown, patch: readonly JsonPatchOperation[]): unknown {
  const root = { document: structuredClone(document) };
  for (const operation of patch) apply(root, operation);
  return root.document;
}

function apply(root: { document: unknown }, operation: JsonPatchOperation): void {
  const { op, path } = operation;
  const value = structuredClone(operation.value ?? null);
  switch (op) {
    case "add":
      return add(placeOf(root.document, path, op), value, path);
    case "remove":
      return remove(placeOf(root.document, path, op), path);
    case "replace":
      if (path === "") {
        if (!isContainer(value)) throw new Error("replace operation value must be object or array");
        root.document = value;
        return;
      }
      return replace(placeOf(root.document, path, op), value, path);
    case "move": {
      const from = placeOf(root.document, operation.from, op);
      const moved = read(from, op);
      remove(from, operation.from ?? "");
      return add(placeOf(root.document, path, op), moved, path);
    }
    case "copy": {
      const copied = structuredClone(read(placeOf(root.document, operation.from, op), op));
      return add(placeOf(root.document, path, op), copied ?? null, path);
    }
    case "test": {
      const found = path === "" ? root.document : read(placeOf(root.document, path, op), op);
      if (isDeepStrictEqual(found ?? null, value)) return;
      throw new Error(`testing value ${path} failed`);
    }
    default:
      throw new Error(`Unexpected kind: ${op}`);
  }
}

function placeOf(document: unknown, pointer: string | undefined, op: string): Place {
  const parts = (pointer ?? "").split("/");
  // What stands before the first slash is not looked at, and a pointer without a slash leads nowhere.
  let container: unknown = parts.length < 2 ? undefined : document;
  for (const part of parts.slice(1, -1)) {
    container = isContainer(container) ? member(container, decodeKey(part)) : undefined;
  }
  if (!isContainer(container)) {
    throw new Error(`${op} operation does not apply: doc is missing path: "${pointer ?? ""}"`);
  }
  return { container, key: decodeKey(parts.at(-1) as string) };
}

function read({ container, key }: Place, op: string): unknown {
  if (Array.isArray(container) && existingIndex(container, key) === undefined) {
    throw new Error(`${op} operation does not apply: Unable to access invalid index: ${key}`);
  }
  return member(container, key);
}

function add({ container, key }: Place, value: unknown, path: string): void {
  if (!Array.isArray(container)) return set(container, key, value);
  // The place behind the last item is one that exists: -1 is there, too.
  const index = key === "-" ? container.length : indexBelow(container.length + 1, key);
  if (index === undefined) {
    throw new Error(`error in add for path: '${path}': Unable to access invalid index: ${key}`);
  }
  container.splice(index, 0, value);
}

function remove({ container, key }: Place, path: string): void {
  if (Array.isArray(container)) {
    const index = existingIndex(container, key);
    if (index === undefined) {
      throw new Error(
        `error in remove for path: '${path}': Unable to access invalid index: ${key}`,
      );
    }
    container.splice(index, 1);
    return;
  }
  if (!Object.hasOwn(container, key)) {
    throw new Error(
      `error in remove for path: '${path}': Unable to remove nonexistent key: ${key}`,
    );
  }
  delete container[key];
}

function replace({ container, key }: Place, value: unknown, path: string): void {
  if (!Array.isArray(container)) return set(container, key, value);
  const index = existingIndex(container, key);
  if (index === undefined) {
    throw new Error(`replace operation does not apply: doc is missing key: ${path}`);
  }
  container[index] = value;
}

/** `__proto__` is a key like any other, which an assignment would not make of it. */
function set(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function member(container: Container, key: string): unknown {
  if (!Array.isArray(container)) return Object.hasOwn(container, key) ? container[key] : undefined;
  const index = existingIndex(container, key);
  return index === undefined ? undefined : container[index];
}

function existingIndex(array: readonly unknown[], key: string): number | undefined {
  return indexBelow(array.length, key);
}

/** What `strconv.Atoi` takes for a number; a negative one counts from the end. */
function indexBelow(length: number, key: string): number | undefined {
  if (!/^[+-]?\d+$/.test(key)) return undefined;
  const number = Number(key);
  const index = number < 0 ? number + length : number;
  return index >= 0 && index < length ? index : undefined;
}

function decodeKey(part: string): string {
  return part.replace(/~[01]/g, (escaped) => (escaped === "~1" ? "/" : "~"));
}

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}
