/**
 * Runs the named scripts of package.json one after another, each as a stage with its name and its
 * time, and sums them up: `node scripts/test.ts build check:types test:unit`.
 *
 * Every stage runs, also after one has failed, except that nothing is worth trying after a failed
 * `build`. Where tests ran, the last line is `N passed, N failed`, and `, N skipped` after it: the
 * tests that mocha counted, and among the failed each stage that failed without a failed test.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import type { Counts } from "./mocha-reporter.ts";

interface Stage {
  name: string;
  ok: boolean;
  seconds: string;
  /** What mocha counted in it; none where it runs no tests. */
  counts: Counts[];
}

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
  scripts: Record<string, string>;
};

/** The PATH that pnpm gives to scripts of the root: its own Node first, then its tools. */
const path = [
  resolve("node_modules/node/bin"),
  resolve("node_modules/.bin"),
  process.env["PATH"],
].join(delimiter);

const folder = mkdtempSync(join(tmpdir(), "gatewright-test-"));

async function runStage(name: string): Promise<Stage> {
  const command = scripts[name];
  if (command === undefined) throw new Error(`package.json has no script "${name}"`);
  console.log(`\n=== ${name}: ${command}`);
  const countsFile = join(folder, name.replaceAll(":", "-"));
  writeFileSync(countsFile, "");
  const began = performance.now();
  const child = spawn(command, {
    shell: true,
    stdio: "inherit",
    env: { ...process.env, PATH: path, GATEWRIGHT_TEST_COUNTS: countsFile },
  });
  const [code] = (await once(child, "close")) as [number | null];
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const lines = readFileSync(countsFile, "utf8").split("\n").filter(Boolean);
  const counts = lines.map((line) => JSON.parse(line) as Counts);
  return { name, ok: code === 0, seconds, counts };
}

const names = process.argv.slice(2);
const stages: Stage[] = [];
try {
  for (const name of names) {
    const stage = await runStage(name);
    stages.push(stage);
    if (name === "build" && !stage.ok) break;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

console.log("");
for (const { name, ok, seconds } of stages) {
  console.log(`${ok ? "ok    " : "FAILED"}  ${name} (${seconds} s)`);
}
const notRun = names.slice(stages.length);
if (notRun.length > 0) console.log(`not run, since the build failed: ${notRun.join(", ")}`);

const counts = stages.flatMap((stage) => stage.counts);
for (const note of counts.flatMap((count) => count.note ?? [])) console.log(note);

const sum = (key: "passed" | "failed" | "skipped") =>
  counts.reduce((total, count) => total + count[key], 0);
const failedStages = stages.filter(
  (stage) => !stage.ok && stage.counts.every((count) => count.failed === 0),
);
const failed = sum("failed") + failedStages.length;
if (names.some((name) => name.startsWith("test:"))) {
  const skipped = sum("skipped");
  console.log(
    `${sum("passed")} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
  );
}
if (stages.some((stage) => !stage.ok)) process.exitCode = 1;
