import { createPipeline, definePlugin } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { configOf } from "../test/config.ts";
import { CONFIG, type ConfigWritten } from "./config.ts";

const rules: ConfigWritten["rules"] = [{ quota: { pods: 1 } }];

describe("CONFIG", () => {
  it("fills in every default", async () => {
    let read: unknown;
    const reader = definePlugin({
      name: "reader",
      config: CONFIG,
      setup({ config }) {
        read = config;
      },
      validate: {
        rules: [
          { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] },
        ],
        sideEffects: "None",
        handle() {},
      },
    });
    const written = { rules: [...rules, { limitRange: { limits: [{ type: "Pod" }] } }] };
    const plugins = [reader(written)];
    await (await createPipeline({ webhooks: { "a.gatewright.dev": { plugins } } })).close();
    expect(read).to.deep.equal(configOf(written));
  });
});
