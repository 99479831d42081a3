import { createPipeline, type KubernetesObject, type PluginMetrics } from "@gatewright/core";
import { admit, creates } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { clusterOf, configMap } from "../test/cluster.ts";
import { namespace, quota } from "../test/objects.ts";
import plugin from "./index.ts";
import { createQuotaMetrics } from "./quota-metrics.ts";

describe("createQuotaMetrics(metrics)", () => {
  it("counts namespaces, those that are not ready, and refusals by reason", async () => {
    const cluster = await clusterOf([
      ...["team-a", "team-b"].map((name) => namespace(name, { labels: { kept: "" } })),
      namespace("other"),
      quota(),
    ]);
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

  it("says nothing of namespaces once another replica leads, and begins anew with a new term", () => {
    const series = new Map<string, number>();
    const { kept, left } = createQuotaMetrics({
      counter: () => ({ add() {} }),
      gauge: ({ name }: { name: string }) => ({
        set: (value: number) => series.set(name, value),
        remove: () => series.delete(name),
      }),
    } as unknown as PluginMetrics);
    const [first, second] = [new AbortController(), new AbortController()];
    const shown = () => Object.fromEntries(series);
    kept("a", false, first.signal);
    kept("b", true, first.signal);
    expect(shown()).to.deep.equal({ namespaces: 2, namespaces_not_ready: 1 });
    first.abort();
    expect(shown()).to.deep.equal({});
    // What was begun before the end.
    kept("c", false, first.signal);
    left("a", first.signal);
    expect(shown()).to.deep.equal({});
    kept("b", true, second.signal);
    expect(shown()).to.deep.equal({ namespaces: 1, namespaces_not_ready: 0 });
    left("b", second.signal);
    expect(shown()).to.deep.equal({ namespaces: 0, namespaces_not_ready: 0 });
  });
});
