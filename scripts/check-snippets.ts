/**
 * The documentation's code type-checks against the built packages: `npm run check:snippets`.
 *
 * Each ```ts block becomes a module of its own under `.cache/snippets`. A block whose first line is
 * `// some-name.ts` gets that name, and other blocks of the same page can import it as
 * "./some-name.ts". Code that is not meant to compile is fenced as ```text.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { readSnippets, type Snippet } from "./snippets.ts";

const folder = ".cache/snippets";

/** Fences that would slip past the check while looking like code that was checked. */
const unchecked = /^(?:ts\s.*|tsx|typescript|mts|js|jsx|javascript|mjs)\b/;

/** As a user's project has them: each package by its name. */
function linkPackages(): void {
  for (const folderName of readdirSync("packages")) {
    const manifest = join("packages", folderName, "package.json");
    if (!existsSync(manifest)) continue;
    const { name } = JSON.parse(readFileSync(manifest, "utf8")) as { name: string };
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve("packages", folderName), link, "dir");
  }
}

/** Writes one block and returns its path, which is also how tsc names it in its errors. */
function writeSnippet({ file, line, code }: Snippet): string {
  const page = join(folder, file.replaceAll("/", "__"));
  const name = /^\/\/ ([\w-]+\.ts)\n/.exec(code)?.[1] ?? `line-${line}.ts`;
  mkdirSync(page, { recursive: true });
  writeFileSync(join(page, name), code, { flag: "wx" });
  return join(page, name);
}

const tsconfig = {
  extends: relative(folder, "tsconfig.base.json"),
  compilerOptions: {
    noEmit: true,
    composite: false,
    declaration: false,
    declarationMap: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
    moduleDetection: "force",
    // A snippet may declare what the text, not the code, goes on to use.
    noUnusedLocals: false,
    noUnusedParameters: false,
    types: ["node", "mocha"],
  },
  include: ["**/*.ts"],
};

rmSync(folder, { recursive: true, force: true });
linkPackages();
writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));

const faults: string[] = [];
const byPath = new Map<string, Snippet>();
for (const snippet of readSnippets()) {
  const at = `${snippet.file}:${snippet.line}`;
  if (unchecked.test(snippet.language)) {
    faults.push(`${at}: fence it as \`ts\`, which is checked, or as \`text\`, which is not`);
  }
  if (snippet.language !== "ts") continue;
  try {
    byPath.set(writeSnippet(snippet), snippet);
  } catch {
    faults.push(`${at}: another block of this page has the same name in its first line`);
  }
}

if (byPath.size > 0) {
  const tsc = spawnSync("tsc", ["-p", folder, "--pretty", "false"], { encoding: "utf8" });
  if (tsc.error !== undefined) throw tsc.error;
  for (const text of `${tsc.stdout}${tsc.stderr}`.split("\n").filter(Boolean)) {
    const [, path = "", line, column, message] = /^(.+?)\((\d+),(\d+)\): (.*)$/.exec(text) ?? [];
    const snippet = byPath.get(path);
    faults.push(
      snippet === undefined
        ? text
        : `${snippet.file}:${snippet.line + Number(line)}:${snippet.indent + Number(column)}: ${message}`,
    );
  }
  if (tsc.status !== 0 && faults.length === 0) faults.push(`tsc ended with ${tsc.status}`);
}

for (const fault of faults) console.error(fault);
console.log(`${byPath.size} snippets type-checked, ${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;
