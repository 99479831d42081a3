import { GatewrightError } from "./errors.ts";
import { isSuspect } from "./exact-numbers.ts";
import { parsedOf } from "./unread.ts";

/** A copy of an object that shares what is not changed with the original. */
export interface Draft<T extends object = object> {
  /** Change this in place. */
  readonly draft: T;
  readonly root: DraftNode;
}

/** What is shared by all parts of one draft. */
interface Session {
  /** False once the draft was closed: from then on whatever is done with it throws. */
  open: boolean;
  /** Numbers that were assigned and may be rounded ones. */
  written: Set<number> | undefined;
}

type Members = Record<PropertyKey, unknown>;

const NODE = Symbol("gatewright draft");
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/**
 * One object or array that was read from a draft. A class, against this project's habit: it is the
 * target of a Proxy for each object that a mutator reads, and the smallest that can be made.
 */
export class DraftNode {
  readonly base: Members;
  readonly parent: DraftNode | undefined;
  readonly session: Session;
  readonly proxy: object;
  /** Of `base`, one level deep; made when a member is changed, or is an object that is read. */
  copy: Members | undefined = undefined;
  changed = false;
  /** What the node came to, once that is known. */
  settled: object | undefined = undefined;

  constructor(base: object, parent: DraftNode | undefined, session: Session) {
    this.base = base as Members;
    this.parent = parent;
    this.session = session;
    this.proxy = Array.isArray(base) ? new Proxy([this], ofArray) : new Proxy(this, ofObject);
  }

  /** What `console.log` shows of a draft: the object, and not how it is kept. */
  [INSPECT](_depth: number, options: object, inspect: (value: unknown, how: object) => string) {
    // Node calls it on the Proxy.
    const { copy, base } = (this as { [NODE]?: DraftNode })[NODE] ?? this;
    const now = copy ?? base;
    // Of an array, Node has written the brackets: to Node it is `[node]`.
    return Array.isArray(now) ? inspect(now, options).slice(1, -1).trim() : now;
  }
}

/**
 * Opens `base` for changes without copying it. `base` itself is never written to, nor is it handed
 * out: the parts that are read of a draft are drafts, too. It behaves as a deep copy would, only that
 * `__proto__` is a key like any other, and that what no JSON object has (symbols, getters, names in an
 * array) is refused where it is put.
 */
export function openDraft<T extends object>(base: T): Draft<T> {
  const root = new DraftNode(base, undefined, { open: true, written: undefined });
  return { draft: root.proxy as T, root };
}

/** Ends a draft: whoever kept a part of it cannot write to it, nor read on. */
export function closeDraft({ root }: Draft): void {
  root.session.open = false;
}

/** The node behind a value, where it is a part of the draft that `session` is of. */
export function nodeOf(value: object, session: Session): DraftNode | undefined {
  const node = (value as { [NODE]?: DraftNode })[NODE];
  return node?.session === session ? node : undefined;
}

/** Assigns a member, with `__proto__` as a key like any other. */
export function assign(members: object, key: PropertyKey, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(members, key, { ...DATA, value });
  } else {
    (members as Members)[key] = value;
  }
}

const DATA = { configurable: true, enumerable: true, writable: true };

function read(node: DraftNode, key: string | symbol): unknown {
  if (key === NODE) return node;
  expectOpen(node);
  const { base } = node;
  const source = node.copy ?? base;
  // Else a path of keys that a user chose would lead to, and write to, Object.prototype itself.
  if (key === "__proto__" && !Object.hasOwn(source, key)) return undefined;
  const value = source[key];
  if (typeof value !== "object" || value === null) return value;
  // A part of this draft, or of the plugin's own making, is handed out as it is. What is of `base` is
  // not; and a prototype is no member.
  if (value !== base[key] || !Object.hasOwn(source, key)) return value;
  const child = new DraftNode(parsedOf(value), node, node.session).proxy;
  assign(copyOf(node), key, child);
  return child;
}

function write(node: DraftNode, key: string | symbol, value: unknown): boolean {
  expectOpen(node);
  const source = node.copy ?? node.base;
  if (typeof key === "symbol") throw refusal("a symbol cannot be a key");
  if (Array.isArray(source) && key !== "length" && !/^(?:0|[1-9]\d*)$/.test(key)) {
    throw refusal(`an array cannot have the key ${JSON.stringify(key)}`);
  }
  if (typeof value === "number" && isSuspect(value)) {
    // Even where an equal number stands already: two int64s may look equal and not be it.
    (node.session.written ??= new Set()).add(value);
  } else if (Object.hasOwn(source, key) && Object.is(source[key], value)) {
    return true;
  }
  assign(copyOf(node), key, value);
  markChanged(node);
  return true;
}

function remove(node: DraftNode, key: string | symbol): boolean {
  expectOpen(node);
  if (!Object.hasOwn(node.copy ?? node.base, key)) return true;
  // Reflect: an array's length stays, with a TypeError at the caller's.
  if (!Reflect.deleteProperty(copyOf(node), key)) return false;
  markChanged(node);
  return true;
}

function define(node: DraftNode, key: string | symbol, descriptor: PropertyDescriptor): boolean {
  const isNew = !Object.hasOwn(node.copy ?? node.base, key);
  if ("get" in descriptor || "set" in descriptor || (isNew && descriptor.enumerable !== true)) {
    throw refusal(`${String(key)} can only be defined as an enumerable value`);
  }
  return "value" in descriptor || isNew ? write(node, key, descriptor.value) : true;
}

function describe(node: DraftNode, key: string | symbol): PropertyDescriptor | undefined {
  expectOpen(node);
  const found = Reflect.getOwnPropertyDescriptor(node.copy ?? node.base, key);
  if (found === undefined) return undefined;
  const configurable = !(key === "length" && Array.isArray(node.base));
  return {
    value: read(node, key),
    writable: true,
    enumerable: found.enumerable ?? false,
    configurable,
  };
}

function keys(node: DraftNode): (string | symbol)[] {
  expectOpen(node);
  return Reflect.ownKeys(node.copy ?? node.base);
}

function refuse(): never {
  throw refusal("an object in a draft can be neither frozen nor given another prototype");
}

const ofObject: ProxyHandler<DraftNode> = {
  get: read,
  set: write,
  deleteProperty: remove,
  defineProperty: define,
  getOwnPropertyDescriptor: describe,
  ownKeys: keys,
  has: (node, key) => key in (node.copy ?? node.base),
  getPrototypeOf: () => Object.prototype,
  setPrototypeOf: refuse,
  preventExtensions: refuse,
};

/** As above, of `[node]`: only a Proxy of an array is one to `Array.isArray`. */
const ofArray: ProxyHandler<[DraftNode]> = {
  get: ([node], key) => read(node, key),
  set: ([node], key, value) => write(node, key, value),
  deleteProperty: ([node], key) => remove(node, key),
  defineProperty: ([node], key, descriptor) => define(node, key, descriptor),
  getOwnPropertyDescriptor: ([node], key) => describe(node, key),
  ownKeys: ([node]) => keys(node),
  has: ([node], key) => key in (node.copy ?? node.base),
  setPrototypeOf: refuse,
  preventExtensions: refuse,
};

function copyOf(node: DraftNode): Members {
  node.copy ??= (Array.isArray(node.base) ? node.base.slice() : { ...node.base }) as Members;
  return node.copy;
}

function markChanged(node: DraftNode): void {
  let above: DraftNode | undefined = node;
  while (above !== undefined && !above.changed) {
    above.changed = true;
    above = above.parent;
  }
}

function expectOpen({ session }: DraftNode): void {
  if (session.open) return;
  throw new GatewrightError(
    "GW_READ_ONLY",
    "the object was used after its mutator had ended: await what you start, and keep no part of it",
  );
}

function refusal(message: string): GatewrightError {
  return new GatewrightError("GW_PATCH_NOT_JSON", message);
}
