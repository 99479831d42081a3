// RFC 6902 as kube-apiserver's library applies it, without its leniencies: a second opinion on patches
// that core makes with another library.
import type { PatchOperation } from "../src/patch.ts";
import { put } from "./json-trees.ts";

/** What `patch` makes of a copy of `document`; throws where an operation cannot be applied. */
export function applyPatch<T>(document: T, patch: readonly PatchOperation[]): T {
  const holder: { root: unknown } = { root: structuredClone(document) };
  for (const operation of patch) applyOne(holder, operation);
  return holder.root as T;
}

function applyOne(holder: { root: unknown }, operation: PatchOperation): void {
  const { op, path } = operation;
  if (path !== "" && !path.startsWith("/")) throw new Error(`no pointer: ${path}`);
  const keys = path.split("/").slice(1).map(unescape);
  const last = keys.pop();
  if (last === undefined) throw new Error("the whole document is replaced");
  let parent: unknown = holder.root;
  for (const key of keys) parent = memberOf(parent, key, path);
  if (Array.isArray(parent)) {
    const index = indexOf(last, path);
    if (index > (op === "add" ? parent.length : parent.length - 1))
      throw new Error(`${op} ${path}`);
    if (op === "add") parent.splice(index, 0, structuredClone(operation.value));
    else if (op === "remove") parent.splice(index, 1);
    else parent[index] = structuredClone(operation.value);
    return;
  }
  if (typeof parent !== "object" || parent === null) throw new Error(`no parent: ${op} ${path}`);
  if (op !== "add" && !Object.hasOwn(parent, last)) throw new Error(`nothing there: ${op} ${path}`);
  if (op === "remove") Reflect.deleteProperty(parent, last);
  else put(parent, last, structuredClone(operation.value));
}

function memberOf(parent: unknown, key: string, path: string): unknown {
  if (Array.isArray(parent)) {
    const index = indexOf(key, path);
    if (index >= parent.length) throw new Error(`no such item: ${path}`);
    return parent[index];
  }
  if (typeof parent !== "object" || parent === null || !Object.hasOwn(parent, key)) {
    throw new Error(`no such member: ${path}`);
  }
  return (parent as Record<string, unknown>)[key];
}

function indexOf(key: string, path: string): number {
  if (!/^(?:0|[1-9]\d*)$/.test(key)) throw new Error(`no index: ${path}`);
  return Number(key);
}

function unescape(key: string): string {
  if (/~(?![01])/.test(key)) throw new Error(`badly escaped: ${key}`);
  return key.replaceAll("~1", "/").replaceAll("~0", "~");
}
