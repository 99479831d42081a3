/**
 * The unit tests on every Node that we support: `npm run test:node-versions`, or on some of them,
 * `npm run test:node-versions -- 22.18 26`. npm fetches each Node; the packages must be built.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, dirname } from "node:path";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
  scripts: Record<string, string>;
};
const versions = process.argv.length > 2 ? process.argv.slice(2) : ["22.18", "22", "24", "26"];

const failed = versions.filter((version) => {
  // Asks the fetched Node where it stands, then runs mocha and what mocha starts with it.
  const where = spawnSync(
    "npx",
    ["-y", "-p", `node@${version}`, "node", "-p", "process.execPath"],
    {
      encoding: "utf8",
    },
  );
  const binary = where.stdout.trim();
  console.log(`\n=== Node ${version}: ${binary}`);
  if (where.status !== 0 || !binary) {
    console.error(where.stderr);
    return true;
  }
  // The tools in node_modules/.bin start with the Node beside them, so not by way of those.
  const mocha = `"${binary}" node_modules/mocha/bin/mocha.js`;
  const command = (scripts["test:unit"] ?? "").replace(/^mocha\b/, mocha);
  const { status } = spawnSync(command, {
    shell: true,
    stdio: "inherit",
    env: { ...process.env, PATH: [dirname(binary), process.env["PATH"]].join(delimiter) },
  });
  return status !== 0;
});

console.log(failed.length === 0 ? "\npassed on all" : `\nfailed on Node ${failed.join(", ")}`);
if (failed.length > 0) process.exitCode = 1;
