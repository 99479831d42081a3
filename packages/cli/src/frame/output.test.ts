import { Command } from "commander";
import { expect } from "chai";
import { describe, it } from "mocha";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { createPainter } from "./colour.ts";
import { type OutputFormat, outputOption, writeOutput } from "./output.ts";

const data = { kept: ["a", "b"], shared: "yes" };
const table = () => ({
  columns: ["name", "days left"],
  rows: [
    ["leaf", "90"],
    ["\u001B[31mauthority\u001B[39m", "365"],
    ["none", ""],
  ],
});

describe("writeOutput(terminal, format, data, table)", () => {
  const written = async (format: OutputFormat, shown: () => string | ReturnType<typeof table>) => {
    const terminal = createTestTerminal();
    await writeOutput(terminal, format, data, shown);
    return terminal.out();
  };

  it("writes columns for people, whatever the cells are coloured", async () => {
    expect(await written("table", table)).to.equal(
      "NAME        DAYS LEFT\nleaf        90\n\u001B[31mauthority\u001B[39m   365\nnone\n",
    );
    expect(await written("table", () => "all is well")).to.equal("all is well\n");
    expect(await written("table", () => "")).to.equal("");
  });

  it("writes the data as it is for programs", async () => {
    expect(JSON.parse(await written("json", table))).to.deep.equal(data);
    // "yes" in quotes: kubectl reads YAML 1.1.
    expect(await written("yaml", table)).to.equal('kept:\n  - a\n  - b\nshared: "yes"\n');
  });
});

describe("outputOption()", () => {
  it("takes three formats", () => {
    const parse = (...args: string[]) =>
      new Command()
        .exitOverride()
        .configureOutput({ writeErr: () => {} })
        .addOption(outputOption())
        .parse(args, { from: "user" })
        .opts();
    expect(parse()).to.deep.equal({ output: "table" });
    expect(parse("-o", "yaml")).to.deep.equal({ output: "yaml" });
    expect(() => parse("-o", "xml")).to.throw(/Allowed choices are table, json, yaml/);
  });
});

describe("createPainter(terminal)", () => {
  it("paints where colours are wanted, and only there", () => {
    const plain = createPainter(createTestTerminal());
    expect(plain("error", "x")).to.equal("x");
    const painted = createPainter(createTestTerminal({ colours: true }));
    expect(painted("error", "x")).to.equal("\u001B[31mx\u001B[39m");
  });
});
