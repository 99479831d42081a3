import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { describe, it } from "mocha";
import { isRunning } from "../../test/control-plane/is-running.ts";
import { waitUntil } from "./wait-until.ts";

const script = fileURLToPath(new URL("../../test/control-plane/start-and-end.ts", import.meta.url));

async function started(
  how: string,
): Promise<{ child: ChildProcess; pids: number[]; dir: string; ended: Promise<unknown[]> }> {
  const child = spawn(process.execPath, [script, how], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { pids, dir } = JSON.parse(line) as { pids: Record<string, number>; dir: string };
  return { child, pids: Object.values(pids), dir, ended };
}

async function untilAllIsGone({ pids, dir }: { pids: number[]; dir: string }): Promise<void> {
  expect(pids).to.have.length(2);
  await waitUntil(() => !pids.some(isRunning), { what: "the children to end" });
  await waitUntil(() => !existsSync(dir), { what: "the folder to go" });
}

describe("createOrphanGuard(dir)", () => {
  it("lets nothing outlive a process.exit()", async () => {
    const plane = await started("exit");
    expect(await plane.ended).to.deep.equal([3, null]);
    await untilAllIsGone(plane);
  });

  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    it(`lets nothing outlive a ${signal}`, async () => {
      const plane = await started("wait");
      plane.child.kill(signal);
      expect(await plane.ended).to.deep.equal([null, signal]);
      await untilAllIsGone(plane);
    });
  }
});
