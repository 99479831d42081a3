/** Finds the code that the documentation shows, so that other scripts can hold it to the truth. */
import { globSync, readFileSync } from "node:fs";

/** One fenced block of a Markdown file. */
export interface Snippet {
  /** The Markdown file, relative to the root of the repository. */
  file: string;
  /** The line of the opening fence, from 1; the code starts on the next. */
  line: number;
  /** How far the fence is indented (inside a list), in characters. */
  indent: number;
  /** What stands after the opening fence, such as `ts`. */
  language: string;
  code: string;
}

/** Where documentation stands. */
const documents = [
  "*.md",
  "docs/**/*.md",
  "packages/*/README.md",
  "packages/*/docs/**/*.md",
  "examples/**/README.md",
  "{e2e,bench}/**/*.md",
];

/**
 * Every fenced block of every document, in order.
 * @throws Error naming the file and line of a fence that is never closed.
 */
export function readSnippets(): Snippet[] {
  const files = globSync(documents, { exclude: (name) => name === "node_modules" });
  return files.toSorted().flatMap((file) => snippetsOf(file, readFileSync(file, "utf8")));
}

/** The fenced blocks of one Markdown text; `file` is only what they are said to stand in. */
export function snippetsOf(file: string, markdown: string): Snippet[] {
  const snippets: Snippet[] = [];
  let open: (Snippet & { fence: string; lines: string[] }) | undefined;
  for (const [index, text] of markdown.split(/\r?\n/).entries()) {
    const [, indent = "", fence = "", info = ""] = /^(\s*)(`{3,}|~{3,})(.*)$/.exec(text) ?? [];
    if (open === undefined) {
      // Backticks after the fence make it inline code.
      if (fence === "" || info.includes("`")) continue;
      const language = info.trim();
      open = { file, line: index + 1, indent: indent.length, language, code: "", fence, lines: [] };
    } else if (fence.startsWith(open.fence) && info.trim() === "") {
      const { fence: _, lines, ...snippet } = open;
      snippets.push({ ...snippet, code: `${lines.join("\n")}\n` });
      open = undefined;
    } else {
      // A line of a nested block may be empty, and so not indented.
      open.lines.push(text.slice(0, open.indent).trim() + text.slice(open.indent));
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.line}: this fence is never closed`);
  return snippets;
}
