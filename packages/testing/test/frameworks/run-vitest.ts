// node run-vitest.ts <file> <cache folder> [--globals]
import { startVitest } from "vitest/node";

const [file = "", cacheDir = "", globals] = process.argv.slice(2);
const options = {
  root: import.meta.dirname,
  include: [file],
  watch: false,
  config: false as const,
  globals: globals !== undefined,
};
// Without a cache folder of its own, vite would make one beside this file.
const vitest = await startVitest("test", [], options, { cacheDir });
await vitest.close();
