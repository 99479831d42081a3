import { randomUUID } from "node:crypto";
import {
  FIRST_LEVEL,
  LEVEL_STEP,
  PART_NUMBERS,
  scanJson,
  TOO_DEEP,
  UNKNOWN,
  WAY_NUMBERS,
} from "./json-scan.ts";
import { unread } from "./unread.ts";

/** What a JSON text came to. */
export interface ParsedJson {
  /** As `JSON.parse` gives it; what is long and lies deep is parsed once it is read. */
  readonly value: unknown;
  readonly text: () => string;
}

/** How much of what was left unread was read after all: where that is most of it, leaving it costs more than it saves. */
export interface ReadingHabit {
  left: number;
  read: number;
  /** Texts that were parsed as a whole for that. */
  wholes: number;
}

/** Shorter parts are parsed with the rest: keeping them for later would cost as much. */
const LEAST_BYTES = 256;

/** The text is deeper than was asked for. */
export class TooDeep extends Error {
  override readonly name = "TooDeep";
}

export function createReadingHabit(): ReadingHabit {
  return { left: 0, read: 0, wholes: 0 };
}

/**
 * Parses a JSON text in UTF-8, most of which nobody may ever look at: what is long and lies deep is parsed once anything
 * is asked of it. Those are objects and lists of 256 bytes and more, at the levels 7, 9 and 11: of an AdmissionReview,
 * whose `object` is at the third, they are the environments of a Pod's containers; the containers of a Deployment, and
 * in these their environments. Whether all of it is JSON, and how deep, is known before.
 *
 * @param habit - is kept for texts of one kind; without it, all is parsed at once
 * @throws TooDeep where it is deeper than `levels`, of which there may be 1,000.
 * @throws SyntaxError where it is no JSON; V8's message quotes it.
 */
export function parseJson(
  bytes: Buffer,
  isAscii: boolean,
  levels: number,
  habit: ReadingHabit | undefined,
): ParsedJson {
  const isAtOnce = habit === undefined || isToBeRead(habit);
  const { found, parts } = isAtOnce ? NOT_SCANNED : scanJson(bytes, levels, LEAST_BYTES);
  if (found === TOO_DEEP) throw new TooDeep();
  if (found <= 0 || habit === undefined) {
    // ASCII is a string with less work.
    const whole = bytes.toString(isAscii ? "latin1" : "utf8");
    const value: unknown = JSON.parse(whole);
    if (found === UNKNOWN && !isNoDeeperThan(levels, value)) throw new TooDeep();
    return { value, text: () => whole };
  }
  const text = isAscii ? asciiText(bytes) : utf8Text(bytes);
  const all = { parts, from: 0, to: found * PART_NUMBERS, level: FIRST_LEVEL };
  const value = sparsely({ text, habit }, 0, bytes.length, all);
  return { value, text: text.whole };
}

const NOT_SCANNED = { found: UNKNOWN, parts: new Int32Array() };

/** Every 32nd text is parsed in parts all the same: what plugins read may change. */
function isToBeRead(habit: ReadingHabit): boolean {
  if (habit.left < 64 || habit.read * 2 <= habit.left) return false;
  habit.wholes += 1;
  return habit.wholes % 32 !== 0;
}

/** The latter counts more than the former. */
function noteLeft(habit: ReadingHabit): void {
  habit.left += 1;
  if (habit.left < 1024) return;
  habit.left /= 2;
  habit.read /= 2;
}

/** A JSON text of which parts are read, by where they are in bytes. */
interface JsonText {
  slice(start: number, end: number): string;
  /** Where the first quote at or behind `start` is. */
  quoteFrom(start: number): number;
  /** Whether a list begins at `start`; else it is an object. */
  isList(start: number): boolean;
  whole(): string;
}

function asciiText(bytes: Buffer): JsonText {
  const text = bytes.toString("latin1");
  return {
    slice: (start, end) => text.slice(start, end),
    quoteFrom: (start) => text.indexOf('"', start),
    isList: (start) => text.charCodeAt(start) === 0x5b,
    whole: () => text,
  };
}

function utf8Text(shared: Buffer): JsonText {
  // The memory that they are in is used for the next body.
  const bytes = Buffer.from(shared);
  return {
    slice: (start, end) => bytes.toString("utf8", start, end),
    quoteFrom: (start) => bytes.indexOf(0x22, start),
    isList: (start) => bytes[start] === 0x5b,
    whole: () => bytes.toString(),
  };
}

interface Source {
  readonly text: JsonText;
  readonly habit: ReadingHabit;
}

/** Parts as a scan tells them, from one index to another. Those of `level` count, and what is within them. */
interface Parts {
  readonly parts: ArrayLike<number>;
  readonly from: number;
  readonly to: number;
  readonly level: number;
}

/** What stands for parts while the rest is parsed. Nobody who sends a review can know it. */
const SECRET = randomUUID();
// Kept: to compare with a text that was just put together takes as long as to find the place.
const standIns: string[] = [];

function standInOf(part: number): string {
  const index = part / PART_NUMBERS;
  return (standIns[index] ??= `${SECRET}${index}`);
}

function sparsely(source: Source, start: number, end: number, found: Parts): unknown {
  const { text } = source;
  const { parts, from, to, level } = found;
  let rest = "";
  let at = start;
  for (let part = from; part < to; part += PART_NUMBERS) {
    if (parts[part + 2] !== level) continue;
    rest += `${text.slice(at, parts[part] as number)}"${standInOf(part)}"`;
    at = parts[part + 1] as number;
  }
  const root: unknown = JSON.parse(rest + text.slice(at, end));
  return putParts(source, root, found) ? root : JSON.parse(text.slice(start, end));
}

type Key = string | number;

/** What `parent` itself has: the way may lead to something else where a key was there twice. */
function memberOf(parent: unknown, key: Key): unknown {
  if (typeof parent !== "object" || parent === null || !Object.hasOwn(parent, key))
    return undefined;
  return (parent as Record<Key, unknown>)[key];
}

/**
 * Puts what is yet to be read where its stand-in is; `false` where one is not where it should be, and so may be anywhere:
 * of two members with one key the latter counts, and V8 has been seen to mistake an escaped key for another.
 */
function putParts(source: Source, root: unknown, { parts, from, to, level }: Parts): boolean {
  const steps = level === FIRST_LEVEL ? WAY_NUMBERS : LEVEL_STEP;
  const firstStep = PART_NUMBERS - steps;
  // The way to the part before: most of it is that to the next one, too.
  const way: unknown[] = [root];
  let before = -1;
  let within = from;
  for (let part = from; part < to; part += PART_NUMBERS) {
    if (parts[part + 2] !== level) continue;
    const start = parts[part] as number;
    let step = 0;
    if (before !== -1) {
      while (parts[part + firstStep + step] === parts[before + firstStep + step]) step++;
    }
    for (; step < steps - 1; step++) {
      const key = keyAt(source.text, parts[part + firstStep + step] as number, start);
      way[step + 1] = memberOf(way[step], key);
    }
    const parent = way[step];
    const key = keyAt(source.text, parts[part + firstStep + step] as number, start);
    if (memberOf(parent, key) !== standInOf(part)) return false;
    (parent as Record<Key, unknown>)[key] = leave(source, parts, within, part);
    before = part;
    within = part + PART_NUMBERS;
  }
  return true;
}

/** The part at the index `part`, to be read later; what is within it is from `within` on. */
function leave(source: Source, parts: ArrayLike<number>, within: number, part: number): object {
  const { text, habit } = source;
  const start = parts[part] as number;
  const end = parts[part + 1] as number;
  const level = (parts[part + 2] as number) + LEVEL_STEP;
  // The scan's own numbers are good until the next scan only.
  const inner = within === part ? NONE : Array.prototype.slice.call(parts, within, part);
  noteLeft(habit);
  return unread(text.isList(start), () => {
    habit.read = Math.min(habit.read + 1, habit.left);
    return sparsely(source, start, end, {
      parts: inner,
      from: 0,
      to: inner.length,
      level,
    }) as object;
  });
}

const NONE: readonly number[] = [];

/** A step of the way: an item's index, or a member's key, of which the value begins at `end` or before. */
function keyAt(text: JsonText, step: number, end: number): Key {
  if (step < 0) return step & 0x7fff_ffff;
  const key = text.slice(step + 1, text.quoteFrom(step + 1));
  if (!key.includes("\\")) return key;
  const [whole] = /^"(?:[^"\\]|\\.)*"/.exec(text.slice(step, end)) as RegExpExecArray;
  return JSON.parse(whole) as string;
}

/** Whether nothing in `value` lies deeper than `levels`; recurses no further than that itself. */
function isNoDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === "object" && !isNoDeeperThan(levels - 1, item)) return false;
    }
    return true;
  }
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key];
    if (typeof member === "object" && !isNoDeeperThan(levels - 1, member)) return false;
  }
  return true;
}
