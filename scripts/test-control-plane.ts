/**
 * The tests that need a real control plane: `npm run test:control-plane`, and with arguments for
 * mocha, `npm run test:control-plane -- --grep drain`.
 *
 * Where there is no control plane to be had, they are skipped with the reason as the last line;
 * with `CI` set that is a failure instead.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { controlPlaneAvailable } from "@gatewright/testing/control-plane";
import type { Counts } from "./mocha-reporter.ts";

const mochaArguments = [
  "--config",
  ".mocharc.control-plane.json",
  "packages/*/src/**/*.control-plane.test.ts",
  "examples/server/src/**/*.control-plane.test.ts",
  "e2e/**/*.test.ts",
];

/** How many tests there are, without running any. */
function countTests(): number {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-count-"));
  try {
    const file = join(folder, "counts");
    const env = { ...process.env, GATEWRIGHT_TEST_COUNTS: file };
    const { status, stderr } = spawnSync("mocha", ["--dry-run", ...mochaArguments], {
      env,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`the tests cannot be counted:\n${stderr}`);
    const { passed, skipped } = JSON.parse(readFileSync(file, "utf8")) as Counts;
    return passed + skipped;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function skip(reason: string): void {
  const note = `skipped the control-plane tests: ${reason}`;
  const counts: Counts = { passed: 0, failed: 0, skipped: countTests(), note };
  const file = process.env["GATEWRIGHT_TEST_COUNTS"];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(counts)}\n`);
  console.log(note);
}

try {
  const { available, reason } = await controlPlaneAvailable();
  if (available) {
    const { status } = spawnSync("mocha", [...mochaArguments, ...process.argv.slice(2)], {
      stdio: "inherit",
    });
    process.exitCode = status ?? 1;
  } else {
    skip(reason);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
