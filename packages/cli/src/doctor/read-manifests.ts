import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Document, LineCounter } from "yaml";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { readStdin, type Terminal } from "../frame/terminal.ts";
import type { PlacedObject } from "./snapshot.ts";
import { at, fieldsOf, listOf, textOf } from "./tolerant.ts";

/** A list of lists would be somebody's joke. */
const DEEPEST_LIST = 4;

const EMPTY = "standard input is empty: did the command before it fail?";

/**
 * The objects of files, of all files in folders, and of standard input (`-`).
 *
 * @throws CommandError for what cannot be read, or is no YAML, and for an empty standard input.
 */
export async function readManifests(
  terminal: Terminal,
  paths: readonly string[],
): Promise<PlacedObject[]> {
  const texts: { file: string; text: string; isNamed?: boolean }[] = [];
  for (const path of paths) {
    if (path === "-") {
      const text = await readStdin(terminal);
      // In a pipeline, what has failed before has written nothing: that is no cluster without faults.
      if (text.trim() === "") throw new CommandError(EMPTY, exitCodes.wrongUsage);
      texts.push({ file: "-", text });
      continue;
    }
    for (const file of await filesOf(terminal, path)) {
      const text = await readFile(resolve(terminal.cwd, file), "utf8");
      texts.push({ file, text, isNamed: file === path });
    }
  }
  const parsed = await Promise.all(
    texts.map(async ({ file, text, isNamed }) => {
      const objects = await parseManifests(file, text);
      // In a folder it may well be, beside others.
      if (isNamed && objects.length === 0 && (await isConfiguration(text))) {
        const message = `${file} is a configuration file of Gatewright: gatewright doctor -c ${file}`;
        throw new CommandError(message, exitCodes.wrongUsage);
      }
      return objects;
    }),
  );
  return parsed.flat();
}

/** Whether YAML without objects is what `-c` takes: there, webhooks have plugins by their names. */
async function isConfiguration(text: string): Promise<boolean> {
  const { parseDocument } = await import("yaml");
  const { webhooks } = fieldsOf(parseDocument(text).toJS({ maxAliasCount: 100 }));
  return Object.values(fieldsOf(webhooks)).some((one) => Array.isArray(at(one, "plugins")));
}

async function filesOf({ cwd }: Terminal, path: string): Promise<string[]> {
  let found: Awaited<ReturnType<typeof stat>>;
  try {
    found = await stat(resolve(cwd, path));
  } catch {
    throw new CommandError(`${path} cannot be read: there is no such file`, exitCodes.wrongUsage);
  }
  if (!found.isDirectory()) return [path];
  const entries = await readdir(resolve(cwd, path), { recursive: true });
  const files = entries.filter((name) => /\.(?:ya?ml|json)$/.test(name)).sort();
  if (files.length > 0) return files.map((name) => join(path, name));
  throw new CommandError(`${path} has no .yaml, .yml or .json file`, exitCodes.wrongUsage);
}

/** The objects of one text: YAML of several documents, JSON, and Lists, each where it is. */
export async function parseManifests(file: string, text: string): Promise<PlacedObject[]> {
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  // As kubectl reads it: 1.1, where `yes` is true and 0755 is octal.
  const documents = yaml.parseAllDocuments(text, {
    version: "1.1",
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
    uniqueKeys: false,
  });
  if ("empty" in documents) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      const hint = text.includes("{{")
        ? "; a chart's templates are judged by helm template CHART | gatewright doctor -"
        : "";
      throw new CommandError(
        `${file}:${line}:${col}: not YAML: ${error.message}${hint}`,
        exitCodes.wrongUsage,
      );
    }
    return expand(
      valueOf(document, file),
      "",
      (pointer) => placeIn(document, lines, pointer),
      file,
    );
  });
}

function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${file}: not YAML: ${why}`, exitCodes.wrongUsage);
  }
}

function expand(
  value: unknown,
  prefix: string,
  placeOf: (pointer: string) => { line: number; column: number } | undefined,
  file: string,
): PlacedObject[] {
  const items = at(value, "items");
  const isList = (textOf(at(value, "kind")) ?? "").endsWith("List") && Array.isArray(items);
  if (isList && prefix.split("/").length < 2 * DEEPEST_LIST) {
    return listOf(items).flatMap((item, index) =>
      expand(item, `${prefix}/items/${index}`, placeOf, file),
    );
  }
  if (textOf(at(value, "kind")) === undefined) return [];
  return [{ object: value, file, placeOf: (pointer) => placeOf(`${prefix}${pointer}`) }];
}

/** Where the node of a pointer begins, or that of the nearest one above that is written. */
function placeIn(document: Document, lines: LineCounter, pointer: string) {
  const keys = pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  for (let length = keys.length; length >= 0; length--) {
    const path = keys.slice(0, length).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const node: unknown = document.getIn(path, true);
    const start = at(node, "range");
    const [offset] = Array.isArray(start) ? start : [];
    if (typeof offset !== "number") continue;
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
  return undefined;
}
