import type { ClusterConnection, KubernetesObject } from "@gatewright/core";
import { createFakeCluster, reconcile } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { namespace, quota } from "../test/objects.ts";
import type { ConfigWritten } from "./config.ts";
import plugin from "./index.ts";

const config: ConfigWritten = {
  rules: [
    {
      match: { labelSelector: "plan=small" },
      quota: { configmaps: 1, pods: "1k" },
      limitRange: { limits: [{ type: "Container", max: { cpu: "1000m" } }] },
    },
    { match: { labelSelector: "plan=large" }, quota: { configmaps: 9 } },
  ],
  settleMilliseconds: 0,
};
const SETTLED = "quota.gatewright.dev/settled";
const manager = { fieldManager: "test" };
const within = { namespace: "team-a" };

// oxlint-disable-next-line typescript/no-explicit-any -- a test reaches for the one field it is about
type Any = any;

const at = (cluster: ClusterConnection) => {
  const get = (kind: string): Promise<Any> => cluster.get(`v1/${kind}`, "gatewright-quota", within);
  return {
    quota: () => get("resourcequotas"),
    limitRange: () => get("limitranges"),
    /** What the quota controller does. */
    async count(used: Record<string, string>) {
      const found = await get("resourcequotas");
      await cluster.update(
        "v1/resourcequotas/status",
        { ...found, status: { hard: found.spec.hard, used } },
        manager,
      );
    },
    change: (kind: string, object: Any) => cluster.update(`v1/${kind}`, object, manager),
    async settled(keys: string) {
      return `${await this.uid()} ${keys}`;
    },
    uid: async () => (await cluster.get("v1/namespaces", "team-a"))?.metadata?.uid ?? "",
    keep: (given = config) => reconcile(plugin(given), { cluster }),
  };
};

const small = namespace("team-a", { labels: { plan: "small" } });
const withSmall = () => createFakeCluster({ objects: [small as KubernetesObject] });

describe("reconcile of v1/namespaces", () => {
  it("gives a namespace what its rule says, and others nothing", async () => {
    const cluster = createFakeCluster({
      objects: [
        small,
        namespace("team-b"),
        namespace("kube-system", { labels: { plan: "small" } }),
      ] as KubernetesObject[],
    });
    const { keep, limitRange, quota } = at(cluster);
    await keep();
    const made = await quota();
    expect(made.spec).to.deep.equal({ hard: { configmaps: "2", pods: "1k" } });
    expect(made.metadata.labels).to.deep.equal({ "app.kubernetes.io/managed-by": "gatewright" });
    // Not settled: nobody counts yet.
    expect(made.metadata.annotations).to.deep.equal({
      "quota.gatewright.dev/built-in": "configmaps=1",
    });
    const cpu = { cpu: "1000m" };
    const limits = await limitRange();
    expect(limits.spec).to.deep.equal({
      limits: [{ type: "Container", max: cpu, default: cpu, defaultRequest: cpu }],
    });
    expect(limits.metadata.annotations).to.deep.equal({ [SETTLED]: await at(cluster).uid() });
    for (const kind of ["resourcequotas", "limitranges"]) {
      expect((await cluster.list(`v1/${kind}`)).items).to.have.length(1);
    }
    await cluster.close();
  });

  it("says which keys have settled, once the quota controller has taken them over", async () => {
    const cluster = withSmall();
    const { count, keep, quota } = at(cluster);
    await keep();
    await count({ configmaps: "1" });
    await keep();
    expect((await quota()).metadata.annotations[SETTLED]).to.equal(
      await at(cluster).settled("configmaps"),
    );
    await count({ configmaps: "1", pods: "0" });
    await keep();
    expect((await quota()).metadata.annotations[SETTLED]).to.equal(
      await at(cluster).settled("configmaps,pods"),
    );
    // Nothing is left to do: not even the quantities are written in another way.
    const { resourceVersion } = (await quota()).metadata;
    await keep();
    expect((await quota()).metadata.resourceVersion).to.equal(resourceVersion);
    await cluster.close();
  });

  it("waits for the settling time", async () => {
    const cluster = withSmall();
    const { count, keep, quota } = at(cluster);
    await keep();
    await count({ configmaps: "1", pods: "0" });
    await keep({ ...config, settleMilliseconds: 60_000 });
    expect((await quota()).metadata.annotations[SETTLED]).to.equal(undefined);
    await cluster.close();
  });

  it("repairs drift, keeps what others have put on it, and has what was away settle anew", async () => {
    const cluster = withSmall();
    const { change, count, keep, limitRange, quota } = at(cluster);
    await keep();
    await count({ configmaps: "1", pods: "0" });
    await keep();
    const found = await quota();
    await change("resourcequotas", {
      ...found,
      metadata: { ...found.metadata, labels: { team: "a" } },
      spec: { hard: { pods: "9", secrets: "1" } },
    });
    // The quota controller has followed.
    await count({ pods: "0", secrets: "0" });
    const limits = await limitRange();
    await change("limitranges", { ...limits, spec: { limits: [{ type: "Pod" }] } });
    await keep();
    const repaired = await quota();
    expect(repaired.spec.hard).to.deep.equal({ configmaps: "2", pods: "1k" });
    expect(repaired.metadata.labels).to.deep.equal({
      team: "a",
      "app.kubernetes.io/managed-by": "gatewright",
    });
    expect(repaired.metadata.annotations[SETTLED]).to.equal(await at(cluster).settled("pods"));
    expect((await limitRange()).spec.limits[0].type).to.equal("Container");
    await cluster.close();
  });

  it("has what had settled in an earlier namespace of the name settle anew", async () => {
    const hard = { configmaps: "2", pods: "1k" };
    const before = quota({ hard, used: { configmaps: "1", pods: "0" } });
    const cluster = createFakeCluster({ objects: [small, before] as KubernetesObject[] });
    const { keep, quota: found } = at(cluster);
    await keep({ ...config, settleMilliseconds: 60_000 });
    expect((await found()).metadata.annotations).not.to.have.property(SETTLED);
    await keep();
    await keep();
    expect((await found()).metadata.annotations[SETTLED]).to.equal(
      await at(cluster).settled("configmaps,pods"),
    );
    await cluster.close();
  });

  it("brings back what was deleted, which has yet to settle", async () => {
    const cluster = withSmall();
    const { count, keep, limitRange, quota } = at(cluster);
    await keep();
    await count({ configmaps: "1", pods: "0" });
    await keep();
    for (const kind of ["resourcequotas", "limitranges"]) {
      await cluster.delete(`v1/${kind}`, "gatewright-quota", within);
    }
    await keep();
    expect((await quota()).metadata.annotations).not.to.have.property(SETTLED);
    expect(await limitRange()).not.to.equal(undefined);
    await cluster.close();
  });

  it("follows labels and the configuration, and counts on with what there was", async () => {
    const cluster = withSmall();
    const { change, count, keep, limitRange, quota } = at(cluster);
    await keep();
    await count({ configmaps: "1", pods: "0" });
    await keep();
    await change("namespaces", namespace("team-a", { labels: { plan: "large" } }));
    await keep();
    expect((await quota()).spec.hard).to.deep.equal({ configmaps: "10" });
    expect((await quota()).metadata.annotations[SETTLED]).to.equal(
      await at(cluster).settled("configmaps"),
    );
    expect(await limitRange()).to.equal(undefined);
    await count({ configmaps: "1" });
    await keep({ ...config, rules: [{ quota: { configmaps: 3, pods: 1 } }] });
    expect((await quota()).spec.hard).to.deep.equal({ configmaps: "4", pods: "1" });
    expect((await quota()).metadata.annotations[SETTLED]).to.equal(
      await at(cluster).settled("configmaps"),
    );
    await cluster.close();
  });

  it("takes away what no rule asks for, of its own alone", async () => {
    const cluster = createFakeCluster({
      objects: [
        namespace("team-a"),
        namespace("team-b"),
        quota({ metadata: { name: "other" } }),
        quota(),
        quota({ namespace: "team-b", metadata: { labels: {}, namespace: "team-b" } }),
      ] as KubernetesObject[],
    });
    await at(cluster).keep();
    const { items } = await cluster.list("v1/resourcequotas");
    expect(items.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`)).to.have.members(
      ["team-a/other", "team-b/gatewright-quota"],
    );
    await cluster.close();
  });

  it("adopts a quota that had its name before", async () => {
    const cluster = createFakeCluster({
      objects: [
        small,
        { ...quota(), metadata: { name: "gatewright-quota", ...within } },
      ] as KubernetesObject[],
    });
    await at(cluster).keep();
    const found = await at(cluster).quota();
    expect(found.metadata.labels).to.have.property("app.kubernetes.io/managed-by", "gatewright");
    expect(found.spec.hard).to.deep.equal({ configmaps: "2", pods: "1k" });
    await cluster.close();
  });

  it("leaves a namespace alone that is ending", async () => {
    const finalizers = ["example.com/wait"];
    const cluster = createFakeCluster({
      objects: [
        namespace("team-a", { labels: { plan: "small" }, finalizers }),
        quota(),
      ] as KubernetesObject[],
    });
    await cluster.delete("v1/namespaces", "team-a");
    await at(cluster).keep();
    expect((await cluster.list("v1/limitranges")).items).to.deep.equal([]);
    await cluster.close();
  });
});
