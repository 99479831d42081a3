import { expect } from "chai";
import { describe, it } from "mocha";
import { ConfigurationError, type ConfigurationIssue, pointerOf } from "./configuration-error.ts";
import { GatewrightError } from "./errors.ts";

const issue: ConfigurationIssue = {
  code: "GW_CONFIG_INVALID",
  pointer: "/port",
  message: "no port",
};

describe("new ConfigurationError(issues, file?)", () => {
  it("has a line for each issue, with its place and its code", () => {
    const error = new ConfigurationError([
      issue,
      { code: "GW_PLUGIN_MISDECLARED", pointer: "", message: "none", line: 3, column: 7 },
    ]);
    expect(error.message).to.equal(
      "/port: no port [GW_CONFIG_INVALID]\n3:7: none [GW_PLUGIN_MISDECLARED]",
    );
    expect(error).to.be.instanceOf(GatewrightError);
    expect(error.code).to.equal("GW_CONFIG_INVALID");
    expect(error.issues).to.have.length(2);
    expect(error.file).to.equal(undefined);
  });

  it("names the file, and the line where it is known", () => {
    const error = new ConfigurationError([{ ...issue, line: 2, column: 1 }, issue], "gw.yaml");
    expect(error.message.split("\n")).to.deep.equal([
      "gw.yaml:2:1: /port: no port [GW_CONFIG_INVALID]",
      "gw.yaml: /port: no port [GW_CONFIG_INVALID]",
    ]);
    expect(error.file).to.equal("gw.yaml");
  });
});

describe("pointerOf(...keys): string", () => {
  it("escapes as RFC 6901 does", () => {
    expect(pointerOf()).to.equal("");
    expect(pointerOf("webhooks", "pods.example.com", "plugins", 0)).to.equal(
      "/webhooks/pods.example.com/plugins/0",
    );
    expect(pointerOf("a/b", "~", "~1", "")).to.equal("/a~1b/~0/~01/");
  });
});
