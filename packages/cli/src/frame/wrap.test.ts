import { expect } from "chai";
import { describe, it } from "mocha";
import { wrap } from "./wrap.ts";

describe("wrap(text, columns, indent, begins)", () => {
  it("breaks at spaces, and keeps words whole", () => {
    expect(wrap("one two three", 9, "  ")).to.equal("one two\n  three");
    expect(wrap("one two three", 8, "  ", 6)).to.equal("one\n  two\n  three");
    expect(wrap("a-word-of-its-own and", 5, "")).to.equal("a-word-of-its-own\nand");
    expect(wrap("", 5, "  ")).to.equal("");
  });

  it("breaks nothing where there is no width", () => {
    expect(wrap("one two three", undefined, "  ")).to.equal("one two three");
  });
});
