import { type ClusterConnection, createPipeline, definePlugin } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { onlyFailure } from "../test/run-suite.ts";
import { admit } from "./admit.ts";
import { createFakeCluster } from "./fake-cluster.ts";
import { PluginTester } from "./plugin-tester.ts";
import { asDryRun, creates } from "./reviews.ts";

const rules = [
  { apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], operations: ["CREATE"] },
] as const;

/** Refuses what is created where it is frozen, and keeps a list of what was admitted. */
const freezer = definePlugin({
  name: "freezer",
  config: {
    type: "object",
    additionalProperties: false,
    properties: { label: { type: "string", default: "frozen", minLength: 1 } },
  },
  reads: ["v1/namespaces"],
  writes: { "v1/configmaps": ["create", "patch"] },
  validate: {
    rules,
    sideEffects: "NoneOnDryRun",
    async handle({ namespace = "", dryRun }, { cluster, config, deny }) {
      const found = await cluster.get("v1/namespaces", namespace);
      if (found === undefined) deny("there is no such namespace", { reason: "NotFound" });
      else if (found.metadata.labels?.[config.label] !== undefined) deny("it is frozen");
      else if (dryRun !== true) {
        const metadata = { name: "admitted", namespace };
        await cluster.apply("v1/configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata });
      }
    },
  },
});

const namespace = (name: string, labels = {}) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
const configMap = (of: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", namespace: of },
});
const shops = () =>
  createFakeCluster({ objects: [namespace("shop"), namespace("ice", { frozen: "", cold: "" })] });

describe("PluginTester.run(plugin, { cluster })", () => {
  PluginTester.run(freezer, {
    cluster: shops,
    allows: [
      creates(configMap("shop")),
      { name: "with another label", request: creates(configMap("ice")), config: { label: "warm" } },
      {
        name: "with a cluster of its own",
        request: creates(configMap("ice")),
        cluster: () => createFakeCluster({ objects: [namespace("ice")] }),
      },
    ],
    denies: [
      { request: creates(configMap("ice")), message: "it is frozen" },
      { request: creates(configMap("else")), message: /no such/, reason: "NotFound" },
    ],
    rejectsConfig: [{ config: { label: "" }, message: /fewer than 1/, pointer: "/label" }],
  });

  it("gives an empty cluster where none is given", async () => {
    const failure = await onlyFailure(freezer, { allows: [creates(configMap("shop"))] });
    expect(failure.message).to.include("there is no such namespace");
  });

  it("fails where a plugin writes in a dry run, or reads what it did not declare", async () => {
    const handlers = {
      GW_DRY_RUN_WRITE: "create",
      GW_UNDECLARED_ACCESS: "delete",
    } as const;
    for (const [code, verb] of Object.entries(handlers)) {
      const careless = definePlugin({
        name: "careless",
        writes: { "v1/configmaps": ["create"] },
        validate: {
          rules,
          sideEffects: "NoneOnDryRun",
          async handle({ object, namespace: within }, { cluster }) {
            const { apiVersion, kind } = object;
            const made = { apiVersion, kind, metadata: { name: "b", namespace: within } };
            if (verb === "create") await cluster.create("v1/configmaps", made);
            else await cluster.delete("v1/configmaps", "b", { namespace: within });
          },
        },
      });
      const request = creates(configMap("shop"));
      const failure = await onlyFailure(careless, { cluster: shops, allows: [request] });
      expect(failure.message).to.include(code);
    }
  });
});

describe("admit(webhooks, request, { cluster })", () => {
  const written = (cluster: ClusterConnection) =>
    cluster.get("v1/configmaps", "admitted", { namespace: "shop" });

  it("leaves a connection open, so that a test sees what was written", async () => {
    const cluster = shops();
    const request = creates(configMap("shop"));
    expect((await admit([freezer()], asDryRun(request), { cluster })).allowed).to.equal(true);
    expect(await written(cluster)).to.equal(undefined);
    expect((await admit([freezer()], request, { cluster })).allowed).to.equal(true);
    expect((await written(cluster))?.kind).to.equal("ConfigMap");
    await cluster.close();
    const after = await admit([freezer()], request, { cluster });
    expect(after.faults[0]?.code).to.equal("GW_CLUSTER");
  });

  it("sees what changes, from a cache that is warm", async () => {
    const cluster = shops();
    const webhooks = { "shops.example.com": { plugins: [freezer()] } };
    const pipeline = await createPipeline({ webhooks, cluster });
    while ((await pipeline.unready()).length > 0) await new Promise(setImmediate);
    const request = creates(configMap("shop"));
    expect((await admit(pipeline, request)).allowed).to.equal(true);
    await cluster.update("v1/namespaces", namespace("shop", { frozen: "" }), {
      fieldManager: "test",
    });
    while ((await admit(pipeline, request)).allowed) await new Promise(setImmediate);
    const verbs = pipeline
      .metrics()
      .find(({ name }) => name === "gatewright_cluster_calls_total")
      ?.samples.map(({ labels }) => labels["verb"]);
    expect(verbs).to.have.members(["list", "watch", "apply"]);
    await pipeline.close();
    const refused = await admit(pipeline, request, { cluster }).catch((error: unknown) => error);
    expect(String(refused)).to.include("a pipeline has its own cluster");
  });
});
