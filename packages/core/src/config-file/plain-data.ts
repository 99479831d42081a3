import type { Alias, Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { pointerOf } from "../configuration-error.ts";

/** Something in a YAML document that plain data does not have. */
export interface DataProblem {
  pointer: string;
  message: string;
  offset: number;
}

/** A YAML document as JSON would have it, and where each part of it stands. */
export interface PlainData {
  readonly value: unknown;
  readonly problems: readonly DataProblem[];
  /** Pointers to what a problem left null. */
  readonly unread: ReadonlySet<string>;
  /** By JSON pointer: where its key begins, or the item of a list; UTF-16 units from 0. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Why the document was given up: it is too deep, or its aliases make too much of it. */
  readonly refused: DataProblem | undefined;
}

// A configuration is far from both; without them, nested aliases (a "YAML bomb") exhaust the memory,
// and deep nesting exhausts the stack of whoever walks the data next.
const MAX_VALUES = 100_000;
const MAX_DEPTH = 100;

class Refusal extends Error {
  readonly problem: DataProblem;
  constructor(problem: DataProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/**
 * Copies the document into plain objects, arrays and scalars. Unlike the library's own `toJS`, it
 * takes no value twice (two aliases are two copies, for ajv writes defaults into them), takes every
 * key as text, and says where each part came from.
 *
 * @param lineOf gives the line, from 1, of an offset.
 */
export function plainDataOf(
  { isAlias, isMap, isScalar, isSeq }: typeof import("yaml"),
  contents: Node | null,
  lineOf: (offset: number) => number,
): PlainData {
  const problems: DataProblem[] = [];
  const offsets = new Map<string, number>();
  const anchors = new Map<string, Node>();
  // An anchor may be set anew further down: what an alias means is settled at its first reading.
  const targets = new Map<Alias, Node | undefined>();
  const unread = new Set<string>();
  let expanding = 0;
  let values = 0;
  // Where the text is being read; not where an alias leads to.
  let reading = 0;

  function valueOf(node: Node | null, pointer: string, depth: number): unknown {
    const offset = offsetOf(node) ?? offsets.get(pointer) ?? 0;
    if (expanding === 0) reading = offset;
    if (++values > MAX_VALUES) {
      throw refusal(`comes to more than ${MAX_VALUES} values: too much for a configuration`);
    }
    if (depth > MAX_DEPTH) throw refusal(`is nested deeper than ${MAX_DEPTH} levels`);
    if (node === null) return null;
    if (isAlias(node)) return aliased(node, pointer, depth, offset);
    remember(node);
    if (isMap(node)) return mapOf(node, pointer, depth);
    if (isSeq(node)) return listOf(node, pointer, depth);
    return isScalar(node) ? scalarOf(node, pointer, offset) : null;
  }

  function refusal(message: string): Refusal {
    return new Refusal({ pointer: "", message, offset: reading });
  }

  function unreadable(pointer: string, message: string, offset: number): null {
    problems.push({ pointer, message, offset });
    unread.add(pointer);
    return null;
  }

  function remember(node: Node): void {
    const { anchor } = node as { anchor?: string };
    if (anchor !== undefined && expanding === 0) anchors.set(anchor, node);
  }

  function targetOf(alias: Alias): Node | undefined {
    if (!targets.has(alias)) targets.set(alias, anchors.get(alias.source));
    return targets.get(alias);
  }

  function aliased(alias: Alias, pointer: string, depth: number, offset: number): unknown {
    const target = targetOf(alias);
    if (target === undefined || inside(target, offset)) {
      const found = target === undefined ? "names no anchor above it" : "contains itself";
      return unreadable(pointer, `the alias *${alias.source} ${found}`, offset);
    }
    expanding++;
    const value = valueOf(target, pointer, depth);
    expanding--;
    return value;
  }

  function mapOf(map: YAMLMap, pointer: string, depth: number): unknown {
    const entries = new Map<string, unknown>();
    const lines = new Map<string, number>();
    for (const { key, value } of map.items as Pair<Node | null, Node | null>[]) {
      const offset = offsetOf(key) ?? offsetOf(map) ?? 0;
      const text = keyTextOf(key, pointer, offset);
      if (text === undefined) continue;
      const at = pointer + pointerOf(text);
      const first = lines.get(text);
      if (first !== undefined) {
        problems.push({ pointer: at, message: `is set twice; first in line ${first}`, offset });
        continue;
      }
      lines.set(text, lineOf(offset));
      offsets.set(at, offset);
      entries.set(text, valueOf(value, at, depth + 1));
    }
    // Not by assignment, which would take "__proto__" for more than a name.
    return Object.fromEntries(entries);
  }

  function keyTextOf(key: Node | null, pointer: string, offset: number): string | undefined {
    const node = isAlias(key) ? targetOf(key) : key;
    if (!isScalar(node)) {
      problems.push({ pointer, message: "a key must be text", offset });
      return undefined;
    }
    if (node.value === "<<" && node.type === "PLAIN") {
      const message = 'a merge key ("<<") is not of YAML 1.2: write the keys out';
      problems.push({ pointer, message, offset });
      return undefined;
    }
    remember(node);
    return typeof node.value === "string" ? node.value : (node.source ?? "");
  }

  function listOf(list: YAMLSeq, pointer: string, depth: number): unknown {
    return (list.items as (Node | null)[]).map((item, index) => {
      const at = `${pointer}/${index}`;
      offsets.set(at, offsetOf(item) ?? offsetOf(list) ?? 0);
      return valueOf(item, at, depth + 1);
    });
  }

  function scalarOf({ value, source = "" }: Scalar, pointer: string, offset: number): unknown {
    if (typeof value !== "number") return value;
    const inexact = /^(?:[-+]?\d+|0[xo][\da-f]+)$/i.test(source) && !Number.isSafeInteger(value);
    if (Number.isFinite(value) && !inexact) return value;
    const message = `${source} is no number that JavaScript can hold: put it in quotes if it is text`;
    return unreadable(pointer, message, offset);
  }

  try {
    return { value: valueOf(contents, "", 0), problems, unread, offsets, refused: undefined };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { value: undefined, problems, unread, offsets, refused: error.problem };
  }
}

function offsetOf(node: Node | null | undefined): number | undefined {
  return node?.range?.[0];
}

/** An alias inside the very node that it means; a node's range is its extent in the text. */
function inside(target: Node, offset: number): boolean {
  const [start, end] = target.range ?? [0, 0];
  return offset > start && offset < end;
}
