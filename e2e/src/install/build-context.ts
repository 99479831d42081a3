import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Folders without anything for an image, and with so much in them that they are not even looked into. */
const never = new Set(["node_modules", "dist", ".git", ".cache"]);

/**
 * Paths of the files that a docker build of `root` gets, by its `.dockerignore`: of the patterns that match a file, or
 * a folder that it is in, the last one counts.
 */
export function contextFiles(root: string): string[] {
  const rules = readFileSync(join(root, ".dockerignore"), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ taken: line.startsWith("!"), matches: matcherOf(line.replace(/^!/, "")) }));
  const taken = (path: string) => {
    const parts = path.split("/");
    const ways = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
    return rules.findLast(({ matches }) => ways.some((way) => matches.test(way)))?.taken ?? true;
  };
  const files: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !never.has(entry.name)) walk(path);
      else if (entry.isFile() && taken(path)) files.push(path);
    }
  };
  walk("");
  return files.toSorted();
}

/** `*` is anything in one name, `**` any folders. */
function matcherOf(pattern: string): RegExp {
  const text = pattern
    .replaceAll(/[.+^$()|[\]{}]/g, "\\$&")
    .replaceAll(/\*\*\/|\*/g, (star) => (star === "*" ? "[^/]*" : "(?:.*/)?"));
  return new RegExp(`^${text}$`);
}

/** Copies what a docker build of `root` gets. */
export function copyContext(root: string, to: string): void {
  for (const file of contextFiles(root)) {
    const target = join(to, file);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, file), target);
  }
}
