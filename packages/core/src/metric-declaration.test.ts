import { expect } from "chai";
import { describe, it } from "mocha";
import { checkMetric, isOfTheServer } from "./metric-declaration.ts";
import { createMetrics } from "./metrics/metrics.ts";

const help = "What it is";

describe("checkMetric(declaration): CheckedMetric | string", () => {
  it("gives the declaration, with its label names as a list of its own", () => {
    const labelNames = ["code", "_x", "aB1", "constructor"];
    const checked = checkMetric({ name: "calls_total", help, labelNames });
    labelNames.push("late");
    expect(checked).to.deep.equal({
      name: "calls_total",
      help,
      labelNames: ["code", "_x", "aB1", "constructor"],
    });
    expect(checkMetric({ name: "g", help })).to.deep.equal({ name: "g", help, labelNames: [] });
  });

  for (const name of [
    undefined,
    1,
    "",
    "Calls",
    "callsTotal",
    "_calls",
    "1",
    "a-b",
    "a:b",
    "é",
    "a\n",
  ]) {
    it(`refuses the name ${JSON.stringify(name)}`, () => {
      expect(checkMetric({ name, help })).to.match(/snake case, such as "calls_total"/);
    });
  }

  for (const label of ["", "1a", "a-b", "__name__", "__proto__", "a b", 1, null, "a\n"]) {
    it(`refuses the label ${JSON.stringify(label)}`, () => {
      const checked = checkMetric({ name: "a", help, labelNames: ["x", label] });
      expect(checked).to.match(/^label .* cannot be used/);
    });
  }

  const refused: Record<string, [declaration: unknown, message: RegExp]> = {
    nothing: [undefined, /declared by \{ name, help, labelNames \}/],
    "a name alone": ["calls_total", /declared by/],
    "no help": [{ name: "a" }, /help is missing/],
    "an empty help": [{ name: "a", help: " " }, /help is missing/],
    "a misspelt key": [
      { name: "a", help, labelName: [] },
      /"labelName" \(did you mean "labelNames"/,
    ],
    "one label that is no list": [{ name: "a", help, labelNames: "x" }, /list of names/],
    "the label webhook": [{ name: "a", help, labelNames: ["webhook"] }, /the server's own/],
    "a label twice": [{ name: "a", help, labelNames: ["x", "x"] }, /"x" is there twice/],
  };
  for (const [what, [declaration, message]] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      expect(checkMetric(declaration)).to.match(message);
    });
  }
});

describe("isOfTheServer(fullName): boolean", () => {
  it("knows every family that a server has, and every name in them", async () => {
    const metrics = createMetrics();
    metrics.reviews("a.b.c", "mutate").ended({ kind: "allow", patch: [] }, 1);
    metrics.plugin("a.b.c", "one").time.observe(1);
    const { text } = await metrics.exposition();
    const names = [...text.matchAll(/^(?:# TYPE )?(gatewright_\w+)/gm)].map(
      ([, name = ""]) => name,
    );
    expect(names).to.include("gatewright_plugin_duration_seconds_bucket");
    expect(names.filter((name) => !isOfTheServer(name))).to.deep.equal([]);
    expect(isOfTheServer("gatewright_plugin_other_total")).to.equal(false);
  });
});
