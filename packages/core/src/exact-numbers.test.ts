import { expect } from "chai";
import { describe, it } from "mocha";
import { GatewrightError } from "./errors.ts";
import { assertExact, collectSuspects, isSuspect } from "./exact-numbers.ts";

const TWO_53 = 2 ** 53;

describe("isSuspect(value): boolean", () => {
  for (const value of [TWO_53, -TWO_53, 2 ** 63, 1e300, Infinity, -Infinity]) {
    it(`is true of ${value}`, () => expect(isSuspect(value)).to.equal(true));
  }
  for (const value of [0, -0, 1, -1, TWO_53 - 1, 1 - TWO_53, 0.1, -1.5, 2 ** -1074]) {
    it(`is false of ${value}`, () => expect(isSuspect(value)).to.equal(false));
  }
});

describe("collectSuspects(value, found): void", () => {
  it("finds them however deep", () => {
    const found = new Set<number>();
    collectSuspects({ a: [1, TWO_53, { b: null, c: -TWO_53 }], d: "9007199254740993" }, found);
    expect([...found]).to.deep.equal([TWO_53, -TWO_53]);
  });
});

describe("assertExact(written, patched, source): void", () => {
  const check = (text: string, written: number[], patched: number[]) => () =>
    assertExact(new Set(written), new Set(patched), () => text);

  it("does not ask for the text where nothing is in doubt", () => {
    const source = (): string => {
      throw new Error("the text was asked for");
    };
    expect(() => assertExact(new Set(), new Set(), source)).not.to.throw();
  });

  it("passes what the text says exactly", () => {
    expect(check("[9007199254740992]", [TWO_53], [TWO_53])).not.to.throw();
    expect(check("[9.007199254740992e15]", [TWO_53], [TWO_53])).not.to.throw();
    expect(check("[1]", [TWO_53], [TWO_53])).not.to.throw();
  });

  it("refuses to patch what was rounded, and names it as it was written", () => {
    expect(check('{"a":[9007199254740993]}', [TWO_53], [TWO_53])).to.throw(
      GatewrightError,
      /would have to rewrite 9007199254740993, which JavaScript rounds to 9007199254740992/,
    );
    expect(check("[-9007199254740993]", [-TWO_53], [-TWO_53])).to.throw(/rewrite -9007/);
    expect(check("[1e999]", [Infinity], [])).to.throw(/rewrite 1e999/);
  });

  it("passes what was moved to where an equal one stood, if there is but one such number", () => {
    expect(check("[9007199254740993,9007199254740993]", [TWO_53], [])).not.to.throw();
    expect(check("[9007199254740993,9007199254740992]", [TWO_53], [])).to.throw(/rewrite/);
  });
});
