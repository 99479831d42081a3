import { GatewrightError } from "./errors.ts";
import { isSuspect } from "./exact-numbers.ts";

const NONE: ReadonlySet<number> = new Set();

/**
 * Looks through what differs between two trees that share the rest, and gives the numbers that a
 * patch between them would write, or shift, and that may not be what the text said.
 *
 * @throws GW_PATCH_NOT_JSON where something that JSON does not have was put into `after`.
 */
export function inspectChange(before: object, after: object): ReadonlySet<number> {
  const suspects: Suspects = { found: undefined };
  inspect(before, after, "", suspects);
  return suspects.found ?? NONE;
}

interface Suspects {
  found: Set<number> | undefined;
}

function inspect(before: unknown, after: unknown, path: string, suspects: Suspects): void {
  if (before === after) return;
  if (
    typeof after !== "object" ||
    after === null ||
    typeof before !== "object" ||
    before === null
  ) {
    inspectNew(after, path, suspects);
    return;
  }
  if (Array.isArray(after)) {
    if (!Array.isArray(before)) {
      inspectNew(after, path, suspects);
      return;
    }
    // A shift writes what stood in the array to other places. Two int64s that round to the same
    // double look equal to `compare`, so a shift may even leave no trace in the patch.
    if (isShifted(before, after)) collect(before, suspects);
    // By index, not forEach: a hole is an undefined, and undefined is no JSON.
    for (let index = 0; index < after.length; index++) {
      inspect(before[index], after[index], `${path}/${index}`, suspects);
      if (after[index] === undefined) throw notJson(`${path}/${index}`, "undefined");
    }
    return;
  }
  expectPlain(after, path);
  for (const key in after) {
    const value = (after as Record<string, unknown>)[key];
    if (Object.hasOwn(before, key)) {
      const old = (before as Record<string, unknown>)[key];
      if (value !== old && value !== undefined) inspect(old, value, `${path}/${key}`, suspects);
    } else {
      if (!key.isWellFormed()) throw notJson(path, "a key with half a surrogate pair");
      // As in JSON.stringify, an undefined member is no member.
      if (value !== undefined) inspectNew(value, `${path}/${key}`, suspects);
    }
  }
}

function inspectNew(value: unknown, path: string, suspects: Suspects): void {
  switch (typeof value) {
    case "boolean":
      return;
    case "string":
      if (!value.isWellFormed()) throw notJson(path, "a string with half a surrogate pair");
      return;
    case "number":
      if (!Number.isSafeInteger(value)) {
        if (Number.isNaN(value)) throw notJson(path, "NaN");
        // Infinity is a suspect first: a text may say 1e999.
        if (isSuspect(value)) (suspects.found ??= new Set()).add(value);
        if (!Number.isFinite(value)) throw notJson(path, String(value));
      }
      return;
    case "object":
      if (value === null) return;
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index++) {
          inspectNew(value[index], `${path}/${index}`, suspects);
        }
        return;
      }
      expectPlain(value, path);
      for (const key in value) {
        if (!key.isWellFormed()) throw notJson(path, "a key with half a surrogate pair");
        const member = (value as Record<string, unknown>)[key];
        if (member !== undefined) inspectNew(member, `${path}/${key}`, suspects);
      }
      return;
    default:
      throw notJson(path, typeof value);
  }
}

/** Whether some item stands elsewhere than before; appending and changing in place are no shift. */
function isShifted(before: readonly unknown[], after: readonly unknown[]): boolean {
  if (after.length < before.length) return true;
  for (let index = 0; index < before.length; index++) {
    const item = after[index];
    if (item !== before[index] && (typeof item !== "object" || before.includes(item))) return true;
  }
  return false;
}

function collect(value: unknown, suspects: Suspects): void {
  if (typeof value === "number") {
    if (isSuspect(value)) (suspects.found ??= new Set()).add(value);
  } else if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) collect(member, suspects);
  }
}

function expectPlain(value: object, path: string): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return;
  throw notJson(path, `an instance of ${value.constructor?.name ?? "a class"}`);
}

function notJson(path: string, what: string): GatewrightError {
  return new GatewrightError(
    "GW_PATCH_NOT_JSON",
    `${path} was set to ${what}, which JSON does not have`,
  );
}
