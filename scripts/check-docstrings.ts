/**
 * Everything that a published package exports has a docstring: `npm run check:docstrings`.
 * It reads the built declarations, which is what an editor shows to a user.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { declaredExports } from "./declared-exports.ts";

const faults: string[] = [];
let total = 0;
for (const file of globSync("packages/*/package.json").toSorted()) {
  const manifest = JSON.parse(readFileSync(file, "utf8")) as { private?: boolean; name: string };
  if (manifest.private === true) continue;
  const entry = file.replace("package.json", "dist/index.d.ts");
  if (!existsSync(entry)) {
    faults.push(`${entry} is missing: build first`);
    continue;
  }
  const all = declaredExports(entry);
  total += all.size;
  for (const [name, { file: declaredIn, line, documented }] of all) {
    if (!documented) {
      const source = declaredIn.replace("/dist/", "/src/").replace(/\.d\.ts$/, ".ts");
      faults.push(
        `${manifest.name}: \`${name}\` has no docstring (${source}; ${declaredIn}:${line})`,
      );
    }
  }
}

for (const fault of faults) console.error(fault);
console.log(`${total} exports, ${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;
