import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { kindsFile } from "./kinds-file.ts";
import type { ServedApi } from "./openapi.ts";
import { schemaFiles } from "./schema-files.ts";

const MARK = "// Generated from the OpenAPI of kube-apiserver ";

// What no resource carries as its object, but reviews, answers and CRDs' own types name.
const META_TYPES = ["Condition", "DeleteOptions", "LabelSelector", "ListMeta", "Status"];

/** The text of every generated file, by path below `src`. */
export function generatedFiles(api: ServedApi): Map<string, string> {
  const kinds = kindsFile(api);
  const roots = [
    ...kinds.schemaNames,
    ...META_TYPES.map((name) => `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`),
  ];
  const head = `${MARK}${api.gitVersion} by \`pnpm generate:types\`. Do not edit.\n\n`;
  const files = [...schemaFiles(api.schemas, roots)].map(
    ([module, text]) => [`${module}.ts`, head + text] as const,
  );
  return new Map([
    ...files.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ["kinds.ts", head + kinds.text],
  ]);
}

/** The generated files that lie in `folder`, as `generatedFiles` gives them. */
export function readGeneratedFiles(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted()) {
    if (!path.endsWith(".ts")) continue;
    const text = readFileSync(join(folder, path), "utf8");
    if (text.startsWith(MARK)) files.set(path, text);
  }
  return files;
}

/** Replaces the generated files in `folder`; files written by hand stay. */
export function writeGeneratedFiles(folder: string, files: ReadonlyMap<string, string>): void {
  for (const path of readGeneratedFiles(folder).keys()) rmSync(join(folder, path));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
