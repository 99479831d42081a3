import { existsSync, readFileSync, writeFileSync } from "node:fs";

/**
 * Writes one section of the results, and leaves those of other benches as they are: each stands between
 * comments with its name. A new one comes last.
 */
export function writeSection(file: string, name: string, text: string): void {
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const section = `${begin}\n\n${text.trim()}\n\n${end}\n`;
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  writeFileSync(
    file,
    from === -1 || to < from
      ? `${before}${before === "" ? "" : "\n"}${section}`
      : `${before.slice(0, from)}${section}${before.slice(to + end.length + 1)}`,
  );
}
