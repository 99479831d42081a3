import { definePlugin } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { pod, pods } from "../test/pods.ts";
import { runSuite } from "../test/run-suite.ts";
import { creates } from "./reviews.ts";

describe("runRejectedConfig(factory, { config, message, pointer })", () => {
  it("takes what the schema refuses, and what setup refuses", async () => {
    const picky = definePlugin({
      name: "picky",
      config: {
        type: "object",
        additionalProperties: false,
        properties: { url: { type: "string", default: "https://x" } },
      },
      setup({ config }) {
        if (!URL.canParse(config.url)) throw new Error(`no URL: ${config.url}`);
      },
      validate: {
        rules: pods,
        sideEffects: "None",
        handle({ object }, { deny }) {
          if (object.spec.hostPID) deny("no");
        },
      },
    });
    const results = await runSuite(picky, {
      allows: [creates(pod("a"))],
      denies: [{ request: creates(pod("b", { hostPID: true })), message: "no" }],
      rejectsConfig: [
        { config: { url: "nowhere" }, message: "no URL: nowhere" },
        { config: { url: "https://y" }, message: "no URL" },
        { config: { uri: "" }, message: "no URL" },
      ],
    });
    expect(Object.values(results).filter(Boolean).map(String)).to.have.length(2);
    expect(results['rejectsConfig: {"url":"https://y"}']?.message).to.include("was accepted");
    expect(results['rejectsConfig: {"uri":""}']?.message).to.include("refused otherwise");
  });
});
