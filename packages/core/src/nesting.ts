import { openings } from "./openings.wasm.ts";

/** Larger bodies are rare, and memory for them is not kept. */
const SCANNED_BYTES = 1024 * 1024;
/** The scan looks at two bytes before the text, which are zero. */
const TEXT_AT = 64;

interface Scanner {
  /** Where a text is scanned without being copied first. */
  readonly memory: Buffer;
  readonly countOpenings: (at: number, end: number) => number;
}

let scanner: Scanner | undefined;

function openScanner(): Scanner {
  const exports = instantiate();
  if (exports === undefined) {
    return {
      memory: Buffer.allocUnsafeSlow(SCANNED_BYTES),
      countOpenings: () => Number.POSITIVE_INFINITY,
    };
  }
  return {
    memory: Buffer.from(exports.memory.buffer, TEXT_AT, SCANNED_BYTES),
    countOpenings: exports.countOpenings,
  };
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly countOpenings: (at: number, end: number) => number;
}

/** What is used of WebAssembly: Node's types leave it to those of a browser. */
interface WebAssemblyOfNode {
  readonly Module: new (bytes: Buffer) => object;
  readonly Instance: new (module: object) => { readonly exports: Exports };
}

/** Nothing where Node runs without WebAssembly (`--jitless`). */
function instantiate(): Exports | undefined {
  const { WebAssembly } = globalThis as { WebAssembly?: WebAssemblyOfNode };
  if (WebAssembly === undefined) return undefined;
  return new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(openings, "base64"))).exports;
}

/**
 * One piece of memory to put a body together in, since bodies are used one at a time: it is scanned
 * there without a copy. Its bytes are good until it is asked for again; undefined where `length` is more
 * than it holds.
 */
export function memoryFor(length: number): Buffer | undefined {
  if (length > SCANNED_BYTES) return undefined;
  scanner ??= openScanner();
  return scanner.memory.subarray(0, length);
}

/**
 * Whether nothing in a JSON text lies deeper than `levels`, told from its brackets, at a sixth of the
 * cost of walking what was parsed. `false` is not known: strings are not told from structure here.
 *
 * It counts the brackets that open, but for one that follows `},` or `],`: whether this is structure or
 * the inside of a string, both brackets are, so such a one opens no level that was not closed just before.
 * What is left is never less than the depth.
 */
export function isSurelyNoDeeperThan(levels: number, json: Buffer): boolean {
  const memory = memoryFor(json.length);
  if (memory === undefined || scanner === undefined) return false;
  const inPlace = json.buffer === memory.buffer && json.byteOffset === memory.byteOffset;
  if (!inPlace) memory.set(json);
  return scanner.countOpenings(TEXT_AT, TEXT_AT + json.length) <= levels;
}
