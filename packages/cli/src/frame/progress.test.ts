import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { describe, it } from "mocha";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { withProgress } from "./progress.ts";

/** Waits until `held`. */
async function until(held: () => boolean): Promise<void> {
  while (!held()) await delay(1);
}

describe("withProgress(terminal, what, work)", () => {
  it("says nothing of what is done within a second", async () => {
    const terminal = createTestTerminal();
    const result = await withProgress(terminal, "reading", async (say) => {
      say("read");
      return 7;
    });
    expect(result).to.equal(7);
    expect(terminal.err()).to.equal("");
  });

  it("says each thing once, in lines, where nobody watches", async () => {
    const terminal = createTestTerminal();
    await withProgress(
      terminal,
      "reading",
      async (say) => {
        await until(() => terminal.err() !== "");
        for (const what of ["1 of 2", "1 of 2", "2 of 2"]) say(what);
      },
      0,
    );
    expect(terminal.err()).to.equal("reading …\n1 of 2 …\n2 of 2 …\n");
    expect(terminal.out()).to.equal("");
  });

  it("counts the seconds in one line on a terminal, and takes it away", async () => {
    const isTTY = { stdin: true, stdout: true, stderr: true };
    const terminal = createTestTerminal({ isTTY });
    const failed = withProgress(
      terminal,
      "reading",
      async () => {
        await until(() => terminal.err().split("\r").length > 2);
        throw new Error("torn");
      },
      0,
    );
    expect(await failed.catch((error: Error) => error.message)).to.equal("torn");
    const line = "\rreading … 0 s\u001B[K";
    expect(terminal.err()).to.equal(`${line}${line}\r\u001B[K`);
  });
});
