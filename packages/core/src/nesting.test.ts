import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { isSurelyNoDeeperThan, memoryFor } from "./nesting.ts";

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0;

/** The least limit at which a text is known to be shallow. */
const bound = (json: string): number => {
  const bytes = Buffer.from(json);
  let levels = 0;
  while (!isSurelyNoDeeperThan(levels, bytes)) levels += 1;
  return levels;
};

describe("isSurelyNoDeeperThan", () => {
  const anyText = fc.string({ unit: fc.constantFrom(...'{}[],:"\\ aä'.split(""), "},{", "],[") });

  it("never says so of what is deeper, whatever its strings hold", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8, stringUnit: "binary" }), anyText, (value, text) => {
        for (const whole of [value, { [text]: value, text }, [text, value, [[text]]]]) {
          expect(bound(JSON.stringify(whole))).to.be.at.least(depthOf(whole));
          expect(bound(JSON.stringify(whole, undefined, 1))).to.be.at.least(depthOf(whole));
        }
      }),
    );
  });

  it("counts each level of a deep text, wherever in a block of 16 bytes it begins", () => {
    for (let at = 0; at < 40; at += 1) {
      const text = `"${"x".repeat(at)}"`;
      for (const [open, close] of [
        ["[", "]"],
        ['{"a":', "}"],
        ['[{},{"},{":', "}]"],
      ] as const) {
        const deep = `${open.repeat(500)}${text}${close.repeat(500)}`;
        expect(bound(deep)).to.be.at.least(depthOf(JSON.parse(deep)));
      }
    }
  });

  it("is not led to count less by brackets in strings", () => {
    const strings = JSON.stringify(["},{".repeat(50), "}]}]", "{}", '\\"},{'].join(""));
    const deep = `[${strings},`.repeat(30) + "1" + "]".repeat(30);
    expect(bound(deep)).to.be.at.least(30);
  });

  it("knows a list of objects to be shallow, however long", () => {
    const env = Array.from({ length: 5_000 }, (_, index) => ({ name: `N${index}`, value: "{" }));
    expect(bound(JSON.stringify({ env }))).to.be.within(5_003, 5_018);
    const plain = env.map(({ name }) => ({ name }));
    expect(bound(JSON.stringify({ env: plain }))).to.be.within(3, 18);
  });

  it("reads a text where it was put together, and one from elsewhere", () => {
    const json = JSON.stringify([[1], { a: {} }]);
    const memory = memoryFor(json.length);
    memory?.write(json);
    expect(memory && isSurelyNoDeeperThan(19, memory)).to.equal(true);
    expect(memory && isSurelyNoDeeperThan(1, memory)).to.equal(false);
    expect(isSurelyNoDeeperThan(19, Buffer.from(json))).to.equal(true);
  });

  it("does not know of a text that is larger than its memory", () => {
    const large = Buffer.from(JSON.stringify(["x".repeat(1024 * 1024)]));
    expect(memoryFor(large.length)).to.equal(undefined);
    expect(isSurelyNoDeeperThan(1_000, large)).to.equal(false);
  });
});
