import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { findTestFramework } from "./test-framework.ts";

const folder = fileURLToPath(new URL("../test/frameworks/", import.meta.url));
const require = createRequire(import.meta.url);

/** Runs a test framework as a user would, and gives what it wrote. */
async function run(args: string[], env: Record<string, string> = {}) {
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: folder,
    // Neither the runner around this test nor a terminal may show through.
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = Promise.all([text(child.stdout as never), text(child.stderr as never)]);
  const [code] = (await once(child, "close")) as [number];
  return { code, output: (await output).join("\n") };
}

/** Both failures with title, request and diff; the stack leads to the suite, not into the tester. */
function expectReadable(output: string): void {
  expect(output).to.include('well-behaved, allows "fails: it is denied": it was denied');
  expect(output).to.match(/[+] +denied: \[\s+[+] +\{\s+[+] +field: 'spec.hostPID'/);
  expect(output).to.match(/- +allowed: true/);
  expect(output).to.include("it was changed otherwise");
  expect(output).to.match(/\+ +value: 'standard'\s+- +value: 'premium'/);
  expect(output).to.match(/(?:at|❯) declareSuite .*suite\.ts/);
  // Once each, whatever diff a runner might add.
  expect(output.match(/[+] actual - expected/g)).to.have.length(2);
  expect(output).not.to.match(/^simple$|Expected {2}-/m);
  expect(output).not.to.match(/(?:at|❯) .*(?:run-case|rehearsal)\.ts/);
}

describe("findTestFramework({ describe, it })", function () {
  this.timeout(60_000);
  let cache: string;
  before(() => {
    cache = mkdtempSync(join(tmpdir(), "gatewright-vitest-"));
  });
  after(() => rmSync(cache, { recursive: true, force: true }));

  it("works under mocha", async () => {
    const args = [require.resolve("mocha/bin/mocha.js"), "--no-config", "globals.ts"];
    const { code, output } = await run(args);
    expect(code, output).to.equal(2);
    expect(output).to.include("5 passing").and.include("2 failing");
    expectReadable(output);
  });

  it("works under node:test", async () => {
    const { code, output } = await run(["--test", "--test-reporter=spec", "globals.ts"]);
    expect(code, output).to.equal(1);
    expect(output).to.include("pass 5").and.include("fail 2");
    expectReadable(output);
  });

  it("works under vitest, whose functions are set", async () => {
    const { code, output } = await run(["run-vitest.ts", "vitest.ts", cache]);
    expect(code, output).to.equal(1);
    expect(output).to.match(/2 failed \| 5 passed/);
    expectReadable(output);
  });

  it("works under vitest with globals", async () => {
    const { code, output } = await run(["run-vitest.ts", "globals.ts", cache, "--globals"]);
    expect(code, output).to.equal(1);
    expect(output).to.match(/2 failed \| 5 passed/);
  });

  it("says what to do under vitest without globals", async () => {
    const { code, output } = await run(["run-vitest.ts", "globals.ts", cache]);
    expect(code, output).to.equal(1);
    expect(output).to.include("set PluginTester.describe and PluginTester.it to vitest's");
  });

  it("takes what was set before the globals", () => {
    const set = { describe() {}, it() {} };
    expect(findTestFramework(set)).to.deep.equal(set);
    expect(findTestFramework({ describe: undefined, it: undefined })).to.deep.equal({
      describe: globalThis.describe,
      it: globalThis.it,
    });
  });
});
