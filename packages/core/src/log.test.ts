import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
import { describe, it } from "mocha";
import { createLogger, type LogLevel, silentLogger } from "./log.ts";

/** What a process that does `lines` to a logger of this level writes to standard output. */
async function written(level: LogLevel, lines: string): Promise<Record<string, unknown>[]> {
  const script = `import { createLogger } from ${JSON.stringify(new URL("./log.ts", import.meta.url).href)};
    const log = createLogger(${JSON.stringify(level)});
    ${lines}`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "-e",
    script,
  ]);
  const texts = stdout.split("\n").filter((line) => line !== "");
  return texts.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const ALL = 'for (const m of ["debug", "info", "warn", "error"]) log[m]({ m }, "line");';

describe("createLogger(level): Logger", () => {
  const levels: [LogLevel, string[]][] = [
    ["debug", ["debug", "info", "warn", "error"]],
    ["info", ["info", "warn", "error"]],
    ["warn", ["warn", "error"]],
    ["error", ["error"]],
    ["silent", []],
  ];
  for (const [level, methods] of levels) {
    it(`${level} writes ${methods.join(", ") || "nothing"}, as JSON lines`, async () => {
      const lines = await written(level, ALL);
      expect(lines.map(({ m }) => m)).to.deep.equal(methods);
      for (const line of lines) {
        expect(line["msg"]).to.equal("line");
        expect(new Date(line["time"] as string).getTime()).to.be.above(Date.now() - 60_000);
      }
      const log = createLogger(level);
      for (const method of ["debug", "info", "warn", "error"] as const) {
        expect(log.isLevelEnabled?.(method)).to.equal(methods.includes(method));
      }
    });
  }

  it("adds a child's fields, and a grandchild's, to each line; shows errors with their stack", async () => {
    const lines = await written(
      "info",
      `const child = log.child({ plugin: "a" }).child({ uid: "u" });
       child.info("one");
       child.error({ err: new Error("broken"), text: "a\\nb" }, "two");`,
    );
    expect(lines[0]).to.include({ plugin: "a", uid: "u", msg: "one" });
    expect(lines[1]).to.deep.include({ plugin: "a", uid: "u", text: "a\nb", msg: "two" });
    expect(lines[1]?.["err"])
      .to.have.property("stack")
      .that.matches(/^Error: broken\n {4}at /);
  });
});

describe("silentLogger", () => {
  it("writes nothing, nor do its children", () => {
    const child = silentLogger.child({});
    expect(child).to.equal(silentLogger);
    expect(child.isLevelEnabled?.("error")).to.equal(false);
    child.error({}, "nothing");
  });
});
