import { scanWasm } from "./scan.wasm.ts";

/** Larger bodies are rare, and memory for them is not kept. */
const SCANNED_BYTES = 1024 * 1024;
/** As scan.wat has it. */
const PARTS_AT = 0x10_2000;

/** What a scan finds out about a JSON text. */
export interface JsonScan {
  /**
   * How many parts were found; `TOO_DEEP`; or `UNKNOWN` where it is no JSON, where it is larger than 1 MiB, or where
   * there is no WebAssembly.
   */
  readonly found: number;
  /**
   * Of each part, nine numbers: the bytes where it begins and ends; its level, of which the outermost is 1; and the last
   * six steps of the way there, each the byte where a key begins, with its quote, or, below zero, the index of an item
   * with the highest bit set. What is within a part comes before it. Good until the next scan.
   */
  readonly parts: Int32Array;
}

/** How many numbers there are of each part, and how many of them are its way. */
export const PART_NUMBERS = 9;
export const WAY_NUMBERS = 6;

/** The levels of parts. */
export const FIRST_LEVEL = 7;
export const LEVEL_STEP = 2;

/** The text is deeper than it may be. */
export const TOO_DEEP = -2;
/** Nothing is known of the text. */
export const UNKNOWN = -1;

interface Scanner {
  readonly memory: Buffer;
  readonly parts: Int32Array;
  readonly scan: (end: number, levels: number, least: number) => number;
}

let scanner: Scanner | undefined;

function openScanner(): Scanner {
  const exports = instantiate();
  if (exports === undefined) {
    const memory = Buffer.allocUnsafeSlow(SCANNED_BYTES);
    return { memory, parts: new Int32Array(), scan: () => UNKNOWN };
  }
  const { memory, scan } = exports;
  return {
    memory: Buffer.from(memory.buffer, 0, SCANNED_BYTES),
    parts: new Int32Array(memory.buffer, PARTS_AT),
    scan,
  };
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly scan: Scanner["scan"];
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
  return new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(scanWasm, "base64"))).exports;
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
 * Reads a JSON text (RFC 8259) in UTF-8 without keeping any of it, at a sixth of the cost of parsing it: whether it is
 * no deeper than `levels` (1,000 at most), and where the objects and lists of the levels 7, 9 and 11 are that are
 * `least` bytes or longer (256 at least).
 */
export function scanJson(json: Buffer, levels: number, least: number): JsonScan {
  const memory = memoryFor(json.length);
  if (memory === undefined || scanner === undefined) return NOTHING_KNOWN;
  const inPlace = json.buffer === memory.buffer && json.byteOffset === memory.byteOffset;
  if (!inPlace) memory.set(json);
  return { found: scanner.scan(json.length, levels, least), parts: scanner.parts };
}

const NOTHING_KNOWN: JsonScan = { found: UNKNOWN, parts: new Int32Array() };
