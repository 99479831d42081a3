import { expect } from "chai";
import { describe, it } from "mocha";
import { isSameQuantity, parseCount, parseQuantity } from "./quantity.ts";

const one = 1_000_000_000n;

describe("parseQuantity(quantity)", () => {
  it("reads what apimachinery reads", () => {
    const read: readonly (readonly [string | number, bigint])[] = [
      [0, 0n],
      [4, 4n * one],
      ["4", 4n * one],
      [0.5, one / 2n],
      ["500m", one / 2n],
      [".5", one / 2n],
      ["5.", 5n * one],
      ["+1", one],
      ["-1", -one],
      ["1n", 1n],
      ["3u", 3_000n],
      ["2k", 2_000n * one],
      ["1.5Gi", (3n * one * 2n ** 30n) / 2n],
      ["1Ki", 1024n * one],
      ["1E", 10n ** 18n * one],
      ["1e3", 1000n * one],
      ["1E3", 1000n * one],
      ["25e-1", (5n * one) / 2n],
      ["9223372036854775807", 9223372036854775807n * one],
      // As Go does, away from zero.
      ["0.1n", 1n],
    ];
    for (const [quantity, nano] of read) {
      expect(parseQuantity(quantity), String(quantity)).to.equal(nano);
    }
  });

  it("refuses the rest", () => {
    const refused = ["", ".", "m", "1 Gi", "1gi", "1K", "1.2.3", "ten", "1e", "1e99", "1Gi2", "∞"];
    for (const quantity of [...refused, "9223372036854775808", "9Ei", Number.NaN, Infinity]) {
      expect(parseQuantity(quantity), String(quantity)).to.equal(undefined);
    }
  });
});

describe("isSameQuantity(a, b)", () => {
  it("whatever way they are written", () => {
    expect(isSameQuantity("1024Mi", "1Gi")).to.be.true;
    expect(isSameQuantity(0.5, "500m")).to.be.true;
    expect(isSameQuantity("2", "2000m")).to.be.true;
    // Stored in thousandths.
    expect(isSameQuantity("1m", "0.1m")).to.be.true;
    expect(isSameQuantity("1", "2")).to.be.false;
    expect(isSameQuantity("x", "x")).to.be.false;
  });
});

describe("parseCount(quantity)", () => {
  it("is of whole numbers", () => {
    expect(parseCount("1k")).to.equal(1000n);
    expect(parseCount(7)).to.equal(7n);
    expect(parseCount("500m")).to.equal(undefined);
    expect(parseCount("x")).to.equal(undefined);
  });
});
