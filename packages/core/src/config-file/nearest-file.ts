import { readdir } from "node:fs/promises";
import { basename, dirname, extname } from "node:path";
import { nearest } from "../did-you-mean.ts";

/** ` (did you mean "x"?)` with the file that stands where `path` should, or nothing. */
export async function nearestFile(path: string): Promise<string> {
  const names = await readdir(dirname(path)).catch(() => []);
  // Without their extensions, which are often the slip (.yml, .ts), and make short names look alike.
  const stems = new Map(names.map((name) => [stemOf(name), name]));
  const meant = nearest(stemOf(path), stems.keys());
  return meant === undefined ? "" : ` (did you mean "${stems.get(meant)}"?)`;
}

function stemOf(path: string): string {
  return basename(path, extname(path));
}
