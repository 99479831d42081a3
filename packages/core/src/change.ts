import { assign, closeDraft, type Draft, type DraftNode, nodeOf } from "./draft.ts";
import { GatewrightError } from "./errors.ts";
import { collectSuspects, isSuspect } from "./exact-numbers.ts";
import { parsedOf } from "./unread.ts";

/** What a mutator made of its draft. */
export interface Change {
  /** The changed object, plain JSON; it shares with the original what was not changed. */
  readonly after: object;
  /** Numbers that were put or moved somewhere, and that may be rounded ones. */
  readonly written: ReadonlySet<number>;
}

/** As many levels as a review may have, whose object is its third (`decode.ts`). */
const MAX_LEVELS = 998;

/**
 * Closes a draft and gives what it came to: the very original where nothing was changed. Only what was
 * changed is looked at. New values are copied, so that nothing the plugin does later shows in them.
 *
 * @throws GW_PATCH_NOT_JSON where something that JSON does not have was put into it.
 */
export function changeOf(draft: Draft): Change {
  const { root } = draft;
  try {
    if (!root.changed) return { after: root.base, written: NONE };
    const walk: Walk = { root, path: [], written: root.session.written ?? new Set() };
    return { after: settle(walk, root, root.base), written: walk.written };
  } finally {
    closeDraft(draft);
  }
}

const NONE: ReadonlySet<number> = new Set();

interface Walk {
  readonly root: DraftNode;
  /** Where the walk is. */
  readonly path: (string | number)[];
  readonly written: Set<number>;
}

/** `before` is what the original has in this place: a node of another place was moved here. */
function settle(walk: Walk, node: DraftNode, before: unknown): object {
  const original = typeof before === "object" && before !== null ? before : undefined;
  const isMoved = original === undefined || node.base !== parsedOf(original);
  const unchanged = isMoved ? node.base : original;
  const result = node.changed ? (node.settled ?? settleCopy(walk, node)) : unchanged;
  // Two int64s that round to the same double look equal: whatever moved may be one of them.
  if (isMoved) collectSuspects(result, walk.written);
  return result;
}

function settleCopy(walk: Walk, node: DraftNode): object {
  const { base, copy = base } = node;
  if (Array.isArray(copy)) {
    for (let index = 0; index < copy.length; index++) {
      const value: unknown = copy[index];
      if (value === undefined || value !== base[index]) {
        copy[index] = settleMember(walk, index, value, base);
      }
    }
  } else {
    for (const key of Object.keys(copy)) {
      const value = copy[key];
      // As in JSON.stringify, an undefined member is no member.
      if (value === undefined) delete copy[key];
      else if (value !== base[key]) assign(copy, key, settleMember(walk, key, value, base));
    }
  }
  node.settled = copy;
  return copy;
}

function settleMember(
  walk: Walk,
  key: string | number,
  value: unknown,
  beforeParent: unknown,
): unknown {
  const { path, written } = walk;
  path.push(key);
  if (typeof key === "string" && !key.isWellFormed()) throw notJson(walk, "half a surrogate pair");
  let settled = value;
  switch (typeof value) {
    case "boolean":
      break;
    case "string":
      if (!value.isWellFormed()) throw notJson(walk, "a string with half a surrogate pair");
      break;
    case "number":
      if (!Number.isFinite(value)) throw notJson(walk, String(value));
      if (isSuspect(value)) written.add(value);
      break;
    case "object":
      if (value === null) break;
      if (path.length >= MAX_LEVELS) {
        path.splice(8, path.length, "…");
        throw notJson(walk, "a circle, or deeper than 1,000 levels");
      }
      settled = settleObject(walk, value, memberOf(beforeParent, key));
      break;
    default:
      throw notJson(walk, typeof value);
  }
  path.pop();
  return settled;
}

function settleObject(walk: Walk, value: object, before: unknown): object {
  const node = nodeOf(value, walk.root.session);
  if (node !== undefined) return settle(walk, node, before);
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    for (let index = 0; index < value.length; index++) {
      copy.push(settleMember(walk, index, value[index], before));
    }
    return copy;
  }
  expectPlain(walk, value);
  const copy = {};
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) assign(copy, key, settleMember(walk, key, member, before));
  }
  return copy;
}

function expectPlain(walk: Walk, value: object): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw notJson(walk, `an instance of ${value.constructor?.name ?? "a class"}`);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) {
    throw notJson(walk, "an object with a symbol as key");
  }
}

function memberOf(parent: unknown, key: string | number): unknown {
  if (typeof parent !== "object" || parent === null || !Object.hasOwn(parent, key))
    return undefined;
  return (parent as Record<string | number, unknown>)[key];
}

function notJson({ path }: Walk, what: string): GatewrightError {
  const pointer = path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`);
  return new GatewrightError(
    "GW_PATCH_NOT_JSON",
    `${pointer.join("")} was set to ${what}, which JSON does not have`,
  );
}
