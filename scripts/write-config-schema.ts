/**
 * Writes `packages/core/gatewright.schema.json`, for editors, from the schema that the server itself
 * checks configuration files by. `schema.test.ts` beside that says when it has to be done again.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const file = "packages/core/gatewright.schema.json";
const source = pathToFileURL("packages/core/src/config-file/schema.ts").href;

const { configFileSchema } = (await import(source)) as { configFileSchema: object };
writeFileSync(file, JSON.stringify(configFileSchema));
const { status } = spawnSync("biome", ["format", "--write", file], { stdio: "inherit" });
process.exitCode = status ?? 1;
