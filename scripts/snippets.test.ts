import { expect } from "chai";
import { describe, it } from "mocha";
import { snippetsOf } from "./snippets.ts";

const fence = "```";

describe("snippetsOf(file, markdown)", () => {
  it("gives each block with its line, language and code", () => {
    const markdown = `# Title\n\n${fence}ts\nconst a = 1;\n${fence}\n\n${fence}\nplain\n${fence}\n`;
    expect(snippetsOf("a.md", markdown)).to.deep.equal([
      { file: "a.md", line: 3, indent: 0, language: "ts", code: "const a = 1;\n" },
      { file: "a.md", line: 7, indent: 0, language: "", code: "plain\n" },
    ]);
  });

  it("takes the indent of a list off the code, and leaves what is beyond it", () => {
    const markdown = `- item\n  ${fence}ts\n  if (a) {\n\n    b();\n  }\n  ${fence}\n`;
    const [snippet] = snippetsOf("a.md", markdown);
    expect(snippet).to.include({ line: 2, indent: 2, code: "if (a) {\n\n  b();\n}\n" });
  });

  it("ends a block only at a fence as long as its own", () => {
    const markdown = `${fence}${fence}text\n${fence}ts\nnot code\n${fence}\n${fence}${fence}\n`;
    expect(snippetsOf("a.md", markdown)).to.have.lengthOf(1);
  });

  it("keeps the words after the language, so that none can hide a block", () => {
    const [snippet] = snippetsOf("a.md", `${fence}ts ignore\nx\n${fence}\n`);
    expect(snippet?.language).to.equal("ts ignore");
  });

  it("names the fence that is never closed", () => {
    expect(() => snippetsOf("a.md", `text\n${fence}ts\ncode\n`)).to.throw("a.md:2:");
  });
});
