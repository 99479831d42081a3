/**
 * Every error code has its section in `docs/errors.md`, and every section its code:
 * `npm run check:error-codes`.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const list = "packages/core/src/errors.ts";
const page = "docs/errors.md";

const { errorCodes } = (await import(pathToFileURL(list).href)) as {
  errorCodes: Record<string, string>;
};
const faults: string[] = [];

const markdown = existsSync(page) ? readFileSync(page, "utf8") : "";
if (markdown === "") faults.push(`${page} is missing`);

/** A section is a heading of the code alone: "## GW_LISTEN", with or without backticks. */
const sections = [...markdown.matchAll(/^#{2,4} `?(GW_[A-Z0-9_]+)`?$/gm)].map(([, code]) => code);
for (const [code, meaning] of Object.entries(errorCodes)) {
  if (!/^GW_[A-Z0-9_]+$/.test(code)) faults.push(`${list}: ${code} does not look like GW_THIS`);
  if (meaning.trim() === "") faults.push(`${list}: ${code} has no meaning`);
  const times = sections.filter((section) => section === code).length;
  if (times !== 1) faults.push(`${page}: ${code} has ${times} sections, not one`);
}

/** A code that is written anywhere exists: in the source, and where users read of it. */
for (const file of globSync([
  "*.md",
  "docs/**/*.md",
  "packages/*/README.md",
  "packages/*/src/**/*.ts",
])) {
  for (const [index, text] of readFileSync(file, "utf8").split("\n").entries()) {
    for (const [code] of text.matchAll(/\bGW_[A-Z0-9_]+\b/g)) {
      if (!(code in errorCodes)) faults.push(`${file}:${index + 1}: ${code} is not in ${list}`);
    }
  }
}

for (const fault of faults) console.error(fault);
console.log(`${Object.keys(errorCodes).length} error codes, ${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;
