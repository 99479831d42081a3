/**
 * Reads what a package exports from its built `.d.ts` files, whose shape tsc keeps regular: one
 * statement begins each line that is not indented. (TypeScript 7 has no API to ask instead.)
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** One name that a module exports. */
export interface DeclaredExport {
  name: string;
  /** The `.d.ts` file that declares it. */
  file: string;
  /** The line of its declaration, from 1. */
  line: number;
  /** A comment that begins with two stars stands directly before the declaration. */
  documented: boolean;
}

const declaration =
  /^(?:export )?(?:declare )?(?:abstract )?(?:function|class|interface|type|const|let|var|enum|namespace) (?<name>[\w$]+)/gm;
const list = /^export (?:type )?\{(?<names>[^}]*)\}(?: from "(?<from>[^"]+)")?;/gm;
const star = /^export (?:type )?\*(?: as (?<name>[\w$]+))? from "(?<from>[^"]+)";/gm;
const byDefault = /^export default (?<local>[\w$]+);/gm;
const imported = /^import (?:type )?\{(?<names>[^}]*)\} from "(?<from>[^"]+)";/gm;

/** `{ a, type B as C }` as pairs of the name inside and the name outside. */
function pairs(names = ""): { inside: string; outside: string }[] {
  return names
    .split(",")
    .map((entry) => entry.trim().replace(/^type /, ""))
    .filter(Boolean)
    .map((entry) => entry.split(" as "))
    .map(([inside = "", outside = inside]) => ({ inside, outside }));
}

/** Another file of the same package, or undefined: what another package declares, it documents. */
function sibling(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const found = join(dirname(file), specifier.replace(/\.[jt]s$/, ".d.ts"));
  if (!existsSync(found)) throw new Error(`${file}: cannot find "${specifier}"`);
  return found;
}

/**
 * Everything that the module exports and its package declares, by its outside name.
 * @throws Error where an export leads to no declaration.
 */
export function declaredExports(file: string): Map<string, DeclaredExport> {
  const text = readFileSync(file, "utf8");
  const found = new Map<string, DeclaredExport>();
  const local = new Map<string, DeclaredExport>();

  for (const { 0: match, index, groups } of text.matchAll(declaration)) {
    const name = groups?.["name"] ?? "";
    const before = text.slice(0, index).trimEnd();
    const documented =
      before.endsWith("*/") && before.slice(before.lastIndexOf("/*")).startsWith("/**");
    const line = text.slice(0, index).split("\n").length;
    // Of overloads, one that is documented speaks for all.
    const one = local.get(name)?.documented ? local.get(name) : { name, file, line, documented };
    if (one === undefined) continue;
    local.set(name, one);
    if (match.startsWith("export ")) found.set(name, one);
  }
  for (const { groups } of text.matchAll(imported)) {
    const from = sibling(file, groups?.["from"] ?? "");
    for (const { inside, outside } of pairs(groups?.["names"])) {
      const one = from === undefined ? undefined : declaredExports(from).get(inside);
      if (one !== undefined) local.set(outside, one);
    }
  }
  for (const { groups } of text.matchAll(list)) {
    const specifier = groups?.["from"];
    const from = specifier === undefined ? undefined : sibling(file, specifier);
    if (specifier !== undefined && from === undefined) continue;
    const source = from === undefined ? local : declaredExports(from);
    for (const { inside, outside } of pairs(groups?.["names"])) {
      const one = source.get(inside);
      if (one === undefined) throw new Error(`${file}: no declaration of "${inside}" found`);
      found.set(outside, one);
    }
  }
  for (const { groups } of text.matchAll(byDefault)) {
    const one = local.get(groups?.["local"] ?? "");
    if (one !== undefined) found.set("default", one);
  }
  for (const { index, groups } of text.matchAll(star)) {
    const from = sibling(file, groups?.["from"] ?? "");
    if (from === undefined) continue;
    const name = groups?.["name"];
    if (name !== undefined) {
      const line = text.slice(0, index).split("\n").length;
      found.set(name, { name, file, line, documented: text.slice(0, index).endsWith("*/\n") });
      continue;
    }
    for (const [outside, one] of declaredExports(from)) {
      if (outside !== "default") found.set(outside, one);
    }
  }
  return found;
}
