import { createPipeline, type KubernetesObject } from "@gatewright/core";
import { admit, createFakeCluster, creates } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { configMap } from "../test/cluster.ts";
import { namespace, quota } from "../test/objects.ts";
import plugin from "./index.ts";

describe("createQuotaMetrics(metrics)", () => {
  it("counts namespaces, those that are not ready, and refusals by reason", async () => {
    const cluster = createFakeCluster({
      objects: [
        ...["team-a", "team-b"].map((name) => namespace(name, { labels: { kept: "" } })),
        namespace("other"),
        quota(),
      ] as KubernetesObject[],
    });
    const rules = [{ match: { labelSelector: "kept" }, quota: { configmaps: 1 } }];
    const webhooks = { "a.gatewright.dev": { plugins: [plugin({ rules })] } };
    const pipeline = await createPipeline({ webhooks, cluster, reconcile: false });
    const sample = (name: string) =>
      pipeline
        .metrics()
        .find((family) => family.name === `gatewright_namespace_quota_${name}`)
        ?.samples.map(({ labels, value }) => [labels["reason"], value]);
    await pipeline.reconcile();
    expect(sample("namespaces")).to.deep.equal([[undefined, 2]]);
    expect(sample("namespaces_not_ready")).to.deep.equal([[undefined, 1]]);
    await admit(pipeline, creates(configMap("team-b")));
    await admit(pipeline, creates(quota() as KubernetesObject));
    expect(sample("refused_total")).to.deep.equal([
      ["not-ready", 1],
      ["kept", 1],
    ]);
    await cluster.update("v1/namespaces", namespace("team-b") as KubernetesObject, {
      fieldManager: "test",
    });
    while (sample("namespaces")?.[0]?.[1] !== 1) {
      await new Promise(setImmediate);
      await pipeline.reconcile();
    }
    expect(sample("namespaces_not_ready")).to.deep.equal([[undefined, 0]]);
    await pipeline.close();
    await cluster.close();
  });
});
