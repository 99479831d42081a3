import { expect } from "chai";
import { describe, it } from "mocha";
import { docComment } from "./doc-comment.ts";

describe("docComment(description, indent)", () => {
  it("keeps the first paragraph, on one line where it fits", () => {
    expect(docComment("A pod.\n\nMore of it.", "  ")).to.equal("  /** A pod. */\n");
  });

  it("wraps, and cuts a long paragraph after a sentence, not after an abbreviation", () => {
    const long = `The first sentence, e.g. this one. ${"Word ".repeat(60)}.`;
    expect(docComment(long)).to.equal("/** The first sentence, e.g. this one. */\n");
    const lines = docComment("word ".repeat(40)).trimEnd().split("\n");
    expect(lines[0]).to.equal("/**");
    expect(lines.at(-1)).to.equal(" */");
    expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(100);
  });

  it("turns Kubernetes' word for it into @deprecated", () => {
    expect(docComment("An alias.\n\nDeprecated: Use b instead. It has more.")).to.equal(
      "/**\n * An alias.\n * @deprecated Use b instead.\n */\n",
    );
    expect(docComment("Deprecated: Use b")).to.equal("/** @deprecated Use b */\n");
  });

  it("leaves out the boilerplate link of every object", () => {
    const link =
      "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#spec";
    expect(docComment(`What is wanted. More info: ${link}`)).to.equal("/** What is wanted. */\n");
  });

  it("cannot end the comment early, and writes none for no text", () => {
    expect(docComment("a */ b")).to.equal("/** a *\\/ b */\n");
    expect(docComment("")).to.equal("");
    expect(docComment(undefined)).to.equal("");
  });
});
