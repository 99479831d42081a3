import { createPipeline } from "@gatewright/core";
import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { CONFIG } from "./config.ts";
import namespaceTenancy from "./index.ts";

describe("CONFIG", () => {
  it("has examples that fit", async () => {
    const examples = Object.entries(CONFIG.properties).flatMap(([key, property]) =>
      "examples" in property ? [{ [key]: property.examples[0] }] : [],
    );
    expect(examples).to.have.length.above(5);
    for (const config of examples) {
      const webhooks = { "a.gatewright.dev": { plugins: [namespaceTenancy(config)] } };
      const cluster = createFakeCluster();
      await (await createPipeline({ webhooks, cluster, reconcile: false })).close();
      await cluster.close();
    }
  });
});
