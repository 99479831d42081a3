import { expect } from "chai";
import { describe, it } from "mocha";
import { createTestTerminal } from "../test/test-terminal.ts";
import { commands } from "./commands.ts";
import { runGatewright } from "./run-gatewright.ts";

async function run(...args: string[]) {
  const terminal = createTestTerminal();
  const code = await runGatewright(args, terminal);
  return { code, out: terminal.out(), err: terminal.err() };
}

const LISTED =
  "(gatewright --help lists the commands; options of a command come after it: gatewright COMMAND -c FILE)";

describe("runGatewright(args, terminal)", () => {
  it("prints its help to standard output where it is asked for", async () => {
    const { code, out, err } = await run("--help");
    expect({ code, err }).to.deep.equal({ code: 0, err: "" });
    expect(out).to.include("Examples:").and.to.include("Exit codes:");
  });

  it("prints its help to standard error where nothing is asked for", async () => {
    const { code, out, err } = await run();
    expect({ code, out }).to.deep.equal({ code: 2, out: "" });
    expect(err).to.match(/^Usage: gatewright \[options\] \[command\]\n/);
  });

  it("prints the help of a command either way", async () => {
    const { out } = await run("manifests", "--help");
    expect(await run("help", "manifests")).to.deep.equal({ code: 0, out, err: "" });
  });

  it("refuses an argument that nobody asked for", async () => {
    const { code, out, err } = await run("serve", "gatewright.yaml");
    expect({ code, out }).to.deep.equal({ code: 2, out: "" });
    expect(err).to.match(/^too many arguments for 'serve'/);
  });

  it("has no help of what is not there", async () => {
    const err = `unknown command 'nope'\n${LISTED}\n`;
    expect(await run("help", "nope")).to.deep.equal({ code: 2, out: "", err });
    expect((await run("certs", "help", "nope")).err).to.match(/^unknown command 'nope'\n/);
    expect((await run("certs", "help", "show")).code).to.equal(0);
    expect((await run("help")).code).to.equal(0);
  });

  it("prints the package's version", async () => {
    expect(await run("--version")).to.deep.equal({ code: 0, out: "0.1.0\n", err: "" });
  });

  it("says what was meant by a slip", async () => {
    expect(await run("serv")).to.deep.equal({
      code: 2,
      out: "",
      err: `unknown command 'serv'\n(Did you mean serve?)\n${LISTED}\n`,
    });
    expect(await run("-c", "gatewright.yaml", "serve")).to.deep.equal({
      code: 2,
      out: "",
      err: `unknown option '-c'\n${LISTED}\n`,
    });
    expect(await run("serve", "--confg", "x")).to.deep.equal({
      code: 2,
      out: "",
      err: "unknown option '--confg'\n(Did you mean --config?)\n(gatewright serve --help tells what it takes)\n",
    });
  });

  for (const make of commands) {
    const name = make(createTestTerminal()).name();
    it(`has examples, a summary and exit codes in the help of ${name}`, async () => {
      const { code, out } = await run(name, "--help");
      expect(code).to.equal(0);
      // With subcommands, each of them has its own.
      const hasCommands = out.includes("\nCommands:\n");
      if (!hasCommands) expect(out).to.include("\nExit codes:\n");
      expect(out).to.include(`\nExamples:\n`).and.to.include(`  gatewright ${name}`);
      expect(make(createTestTerminal()).summary()).not.to.equal("");
    });
  }
});
