import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { helpPages } from "../test/help-pages.ts";

const PAGE = new URL("../../../docs/cli.md", import.meta.url);
const ADVICE = "run: UPDATE_SNAPSHOTS=1 mocha packages/cli/src/cli-page.test.ts";

/** A section of the page: a heading of the command alone, what is said of it, and its help. */
const sections = /^##+ `(gatewright[^`\n]*)`\n([^]*?)```text\n([^]*?)```$/gm;

describe("docs/cli.md", () => {
  let page: string;
  let help: Map<string, string>;
  before(async () => {
    help = await helpPages();
    page = await readFile(PAGE, "utf8");
    if (process.env["UPDATE_SNAPSHOTS"] === "1") {
      page = page.replaceAll(
        sections,
        (whole, name: string, prose: string) =>
          `## \`${name}\`\n${prose}\`\`\`text\n${help.get(name) ?? whole}\`\`\``,
      );
      for (const [name, text] of help) {
        if (!page.includes(`\n## \`${name}\`\n`))
          page += `\n## \`${name}\`\n\n\`\`\`text\n${text}\`\`\`\n`;
      }
      await writeFile(PAGE, page);
    }
  });

  it("has what --help says of every command, and of no other", () => {
    const found = [...page.matchAll(sections)].map(([, name, , text]) => [name, text] as const);
    expect(Object.fromEntries(found), ADVICE).to.deep.equal(Object.fromEntries(help));
    expect(found.length, ADVICE).to.equal(help.size);
  });
});
