/**
 * All plugins look alike, so that who knows one knows them all: `npm run check:plugins`.
 * Each is its source, a test beside it, and a README that users see on its package page.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename } from "node:path";

interface Manifest {
  name?: string;
  description?: string;
  peerDependencies?: Record<string, string>;
}

const buildConfig = readFileSync("tsconfig.build.json", "utf8");

function faultsOf(folder: string): string[] {
  const faults: string[] = [];
  const expect = (held: boolean, what: string) => {
    if (!held) faults.push(`${folder}: ${what}`);
  };
  const name = `@gatewright/${basename(folder)}`;
  const manifest = existsSync(`${folder}/package.json`)
    ? (JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Manifest)
    : {};
  const readme = existsSync(`${folder}/README.md`)
    ? readFileSync(`${folder}/README.md`, "utf8")
    : undefined;

  expect(existsSync(`${folder}/src/index.ts`), "src/index.ts is missing");
  expect(globSync(`${folder}/src/*.test.ts`).length > 0, "no test (src/*.test.ts)");
  expect(readme !== undefined, "README.md is missing");
  expect(
    readme === undefined || readme.startsWith(`# ${name}\n`),
    `README.md does not begin with "# ${name}"`,
  );
  expect(
    readme === undefined || readme.includes("```"),
    "README.md shows no example of its configuration",
  );
  expect(manifest.name === name, `package.json does not name it ${name}`);
  expect(Boolean(manifest.description), "package.json has no description");
  expect(
    manifest.peerDependencies?.["@gatewright/core"] !== undefined,
    "package.json does not have @gatewright/core as a peer dependency",
  );
  expect(
    buildConfig.includes(`"${folder}"`),
    "tsconfig.build.json does not reference it, so it is not built",
  );
  return faults;
}

const plugins = globSync("packages/plugin-*").toSorted();
const faults = plugins.flatMap(faultsOf);
for (const fault of faults) console.error(fault);
console.log(`${plugins.length} plugins, ${faults.length} faults`);
if (faults.length > 0 || plugins.length === 0) process.exitCode = 1;
