import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { describe, it } from "mocha";
import { allChecks, families } from "./all-checks.ts";
import type { Check } from "./check.ts";

const PAGE = new URL("../../../../docs/doctor/checks.md", import.meta.url);
const GUIDE = new URL("../../../../docs/doctor.md", import.meta.url);
const ADVICE = "run: UPDATE_SNAPSHOTS=1 mocha packages/cli/src/doctor/checks-page.test.ts";

const HEAD = `# What \`gatewright doctor\` finds

Every check by its id, with the severity that it commonly has, why it is bad, where that is written, and what to write
instead. How to run it is in [doctor.md](../doctor.md).
`;

function section({ id, severity, title, why, source, fix }: Check): string {
  return `### ${id}

**${severity}**: ${title}.

${why}

Source: ${source}

\`\`\`yaml
${fix}
\`\`\`
`;
}

const page = [
  HEAD,
  ...families.flatMap(({ title, checks }) => [`## ${title}\n`, ...checks.map(section)]),
].join("\n");

describe("docs/doctor/checks.md", () => {
  it("has a section for every check, and for no other", async () => {
    if (process.env["UPDATE_SNAPSHOTS"] === "1") await writeFile(PAGE, page);
    expect(await readFile(PAGE, "utf8"), ADVICE).to.equal(page);
  });

  it("has ids that are told apart by their numbers", () => {
    const numbers = allChecks.map(({ id }) => /^GWD\d{3}(?=-[a-z-]+$)/.exec(id)?.[0] ?? "");
    expect(new Set(numbers).size).to.equal(allChecks.length);
    expect(numbers).not.to.include("");
    expect(numbers).to.deep.equal(numbers.toSorted());
  });

  it("is what doctor.md names ids of", async () => {
    const named = (await readFile(GUIDE, "utf8")).match(/GWD\d{3}(?:-[a-z-]+)?/g) ?? [];
    const known = allChecks.flatMap(({ id }) => [id, id.slice(0, 6)]);
    expect(named).not.to.be.empty;
    expect(named.filter((id) => !known.includes(id))).to.be.empty;
  });
});
