import { createPipeline, definePlugin } from "@gatewright/core";
import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { configOf } from "../test/config.ts";
import { CONFIG, type ConfigWritten } from "./config.ts";
import namespaceQuota from "./index.ts";

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

  it("has examples that fit", async () => {
    const { rules: several, excludedNamespaces, administrators, builtIn } = CONFIG.properties;
    const { match, quota, limitRange } = several.items.properties;
    const { names, labelSelector, annotations } = match.properties;
    const of = (key: string, { examples }: { readonly examples: readonly unknown[] }) => ({
      [key]: examples[0],
    });
    const matches = { ...of("names", names), ...of("labelSelector", labelSelector) };
    const written = [
      ...CONFIG.examples,
      of("rules", several),
      { rules: [{ ...of("match", match), ...of("quota", quota) }, of("limitRange", limitRange)] },
      { rules: [{ match: { ...matches, ...of("annotations", annotations) }, quota: { pods: 1 } }] },
      { rules, ...of("excludedNamespaces", excludedNamespaces), ...of("builtIn", builtIn) },
      { rules, ...of("administrators", administrators) },
    ] as readonly ConfigWritten[];
    for (const config of written) {
      const webhooks = { "a.gatewright.dev": { plugins: [namespaceQuota(config)] } };
      const cluster = createFakeCluster();
      await (await createPipeline({ webhooks, cluster, reconcile: false })).close();
      await cluster.close();
    }
  });
});
