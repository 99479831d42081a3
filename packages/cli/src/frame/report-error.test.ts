import { ClusterError, ConfigurationError, GatewrightError } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { CommandError, endWith } from "./command-error.ts";
import { reportError } from "./report-error.ts";

describe("reportError(error, terminal): ExitCode", () => {
  const reported = (error: unknown) => {
    const terminal = createTestTerminal();
    const code = reportError(error, terminal);
    return { code, err: terminal.err() };
  };

  it("says what a command said, and nothing for one that has said it", () => {
    expect(reported(new CommandError("no", 1))).to.deep.equal({ code: 1, err: "no\n" });
    expect(reported(endWith(3))).to.deep.equal({ code: 3, err: "" });
  });

  it("blames the configuration in its own lines", () => {
    const issue = { code: "GW_CONFIG_INVALID", pointer: "/port", message: "must be a number" };
    const error = new ConfigurationError([{ ...issue, line: 3, column: 1 } as never], "a.yaml");
    expect(reported(error)).to.deep.equal({
      code: 2,
      err: "a.yaml:3:1: /port: must be a number [GW_CONFIG_INVALID]\n",
    });
  });

  it("says how another configuration file is named, where one cannot be read", () => {
    const error = new GatewrightError(
      "GW_CONFIG_UNREADABLE",
      "gatewright.yaml: there is no such file",
    );
    expect(reported(error)).to.deep.equal({
      code: 2,
      err: "gatewright.yaml: there is no such file [GW_CONFIG_UNREADABLE]\n-c FILE names the configuration file\n",
    });
  });

  it("tells a cluster that does not answer from a server that cannot start", () => {
    const unreachable = new ClusterError("no answer", { status: 0, reason: "Unreachable" });
    expect(reported(unreachable)).to.deep.equal({ code: 3, err: "no answer [GW_CLUSTER]\n" });
    const taken = new GatewrightError("GW_LISTEN", "taken");
    expect(reported(taken)).to.deep.equal({ code: 1, err: "taken [GW_LISTEN]\n" });
  });

  it("shows the stack of a mistake of its own", () => {
    const { code, err } = reported(new TypeError("x is not a function"));
    expect(code).to.equal(4);
    expect(err).to.match(/^TypeError: x is not a function\n {4}at /);
    expect(reported("thrown text")).to.deep.equal({ code: 4, err: "thrown text\n" });
  });
});
