import { expect } from "chai";
import { describe, it } from "mocha";
import { settled } from "../test/fake-clock.ts";
import { type RecordedCluster, recordedCluster, refusal } from "../test/recorded-cluster.ts";
import { type Handler, type Parts, plugin, podRequest } from "../test/reviews.ts";
import { namespace } from "../test/scripted-cluster.ts";
import type { AdmissionRequest } from "./admission.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { GatewrightError } from "./errors.ts";
import type { ClusterSource } from "./open-cluster.ts";
import { createPipeline } from "./pipeline.ts";
import type { Plugin } from "./plugin.ts";

const validate: Handler = () => {};
const reads = ["v1/namespaces"];

const pipelineOf = (plugins: readonly Plugin[], cluster?: ClusterSource) =>
  createPipeline({ webhooks: { "pods.example.com": { plugins } }, cluster });

/** What a handler of a plugin that may read and write came to. */
async function judged(
  handle: Handler,
  { request = {}, ...parts }: Parts & { request?: Partial<AdmissionRequest> } = {},
) {
  const cluster = recordedCluster();
  cluster.objects["a"] = namespace("a", "1");
  const writes = { "v1/configmaps": ["create"] };
  const sideEffects = "NoneOnDryRun";
  const one = plugin("one", { validate: handle, reads, writes, sideEffects, ...parts });
  const pipeline = await pipelineOf([one], cluster);
  await settled();
  const reviewer = pipeline.reviewers.get("/validate/pods.example.com");
  const outcome = await reviewer?.review(podRequest(request));
  await pipeline.close();
  return { outcome, calls: cluster.calls };
}

const metadata = { name: "c", namespace: "a" };
const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata } as const;

describe("createPipeline({ webhooks, cluster })", () => {
  it("connects nothing where no plugin needs it", async () => {
    const pipeline = await pipelineOf([plugin("idle", { validate })], () => {
      throw new Error("it was called");
    });
    expect(await pipeline.unready()).to.deep.equal([]);
    expect(pipeline.metrics()).to.deep.equal([]);
    await pipeline.close();
  });

  it("refuses plugins that need a cluster where there is none, before any is set up", async () => {
    let setUps = 0;
    const parts = { validate, setup: () => setUps++ };
    const error = await pipelineOf([
      plugin("idle", parts),
      plugin("quota", { ...parts, reads, writes: { "v1/resourcequotas": ["create"] } }),
    ]).catch((given: unknown) => given);
    expect(error).to.be.instanceOf(ConfigurationError);
    expect((error as ConfigurationError).issues).to.deep.equal([
      {
        code: "GW_CONFIG_INVALID",
        pointer: "/webhooks/pods.example.com/plugins/1",
        message:
          'plugin "quota" needs a cluster, for v1/namespaces, v1/resourcequotas: write cluster: {} into the ' +
          "configuration file, or in code createServer({ cluster: () => connectCluster() }), of @gatewright/kubernetes",
      },
    ]);
    expect(setUps).to.equal(0);
  });

  it("connects before it sets up, and closes its own connection after the plugins", async () => {
    const order: string[] = [];
    const cluster = recordedCluster();
    const close = async () => void order.push("cluster closed");
    const source = () => (order.push("connected"), { ...cluster, close });
    const parts = { setup: () => order.push("set up"), close: () => order.push("closed") };
    const pipeline = await pipelineOf([plugin("one", { validate, reads, ...parts })], source);
    await Promise.all([pipeline.close(), pipeline.close()]);
    expect(order).to.deep.equal(["connected", "set up", "closed", "cluster closed"]);
  });

  it("leaves a connection open that was given as one", async () => {
    const cluster = recordedCluster();
    const pipeline = await pipelineOf([plugin("one", { validate, reads })], cluster);
    await pipeline.close();
    expect(cluster.calls).to.not.include("close");
  });

  it("closes its connection where a plugin cannot be set up", async () => {
    const cluster = recordedCluster();
    const setup = () => {
      throw new Error("no");
    };
    const error = await pipelineOf(
      [plugin("one", { validate, reads, setup })],
      () => cluster,
    ).catch((given: unknown) => given);
    expect(error).to.include({ code: "GW_PLUGIN_SETUP" });
    expect(cluster.calls.at(-1)).to.equal("close");
  });

  it("says why there is no connection to be had", async () => {
    const one = plugin("one", { validate, reads });
    const own = new GatewrightError("GW_CLUSTER_CONFIG", "there is no context b");
    for (const [cause, message] of [
      [own, "there is no context b"],
      [new Error("broken"), "the cluster cannot be connected: broken"],
    ] as const) {
      const error = await pipelineOf([one], () => Promise.reject(cause)).catch((e: unknown) => e);
      expect(error).to.include({ code: "GW_CLUSTER_CONFIG", message });
    }
  });

  it("follows a resource once, however many plugins read it; none is ready before", async () => {
    const cluster: RecordedCluster = recordedCluster();
    cluster.failing = refusal();
    const plugins = ["one", "two"].map((name) => plugin(name, { validate, reads }));
    const pipeline = await pipelineOf([...plugins, plugin("idle", { validate })], cluster);
    await settled();
    expect(await pipeline.unready()).to.deep.equal([
      "one (does not see v1/namespaces)",
      "two (does not see v1/namespaces)",
    ]);
    expect(valueOf(pipeline.metrics(), "cluster_cache_stale")).to.deep.equal([1]);
    expect(valueOf(pipeline.metrics(), "cluster_cache_synced")).to.deep.equal([0]);
    cluster.failing = undefined;
    cluster.objects["a"] = namespace("a", "1");
    while ((await pipeline.unready()).length > 0) await settled();
    expect(cluster.calls.filter((call) => call.startsWith("watch"))).to.have.length(1);
    expect(valueOf(pipeline.metrics(), "cluster_cache_stale")).to.deep.equal([0]);
    expect(valueOf(pipeline.metrics(), "cluster_cache_synced")).to.deep.equal([1]);
    expect(valueOf(pipeline.metrics(), "cluster_cache_objects")).to.deep.equal([1]);
    expect(valueOf(pipeline.metrics(), "cluster_cache_lists_total")).to.deep.equal([1]);
    const calls = pipeline.metrics().find(({ name }) => name === "gatewright_cluster_calls_total");
    expect(calls?.samples.map(({ labels }) => labels)).to.deep.include.members([
      { resource: "v1/namespaces", verb: "list", code: "403" },
      { resource: "v1/namespaces", verb: "list", code: "2xx" },
      { resource: "v1/namespaces", verb: "watch", code: "2xx" },
    ]);
    await pipeline.close();
  });
});

describe("context.cluster", () => {
  it("reads from the cache and writes through the connection", async () => {
    const { outcome, calls } = await judged(async (_request, { cluster, warn }) => {
      const found = await cluster.get("v1/namespaces", "a");
      warn(found?.metadata.name ?? "nothing");
      await cluster.create("v1/configmaps", configMap);
    });
    expect(outcome).to.deep.include({ kind: "allow", warnings: ["a"] });
    expect(calls).to.deep.equal([
      "list v1/namespaces",
      "watch v1/namespaces",
      "create v1/configmaps",
    ]);
  });

  const faults: Record<
    string,
    [code: string, handle: Handler, request?: Partial<AdmissionRequest>]
  > = {
    "what was not declared": [
      "GW_UNDECLARED_ACCESS",
      (_request, { cluster }) => cluster.get("v1/secrets", "s"),
    ],
    "what was not declared, and caught": [
      "GW_UNDECLARED_ACCESS",
      async (_request, { cluster }) => {
        try {
          await cluster.get("v1/secrets", "s");
        } catch {}
      },
    ],
    "a write in a dry run": [
      "GW_DRY_RUN_WRITE",
      (_request, { cluster }) => cluster.create("v1/configmaps", configMap),
      { dryRun: true },
    ],
  };
  for (const [what, [code, handle, request = {}]] of Object.entries(faults)) {
    it(`makes a fault of ${what}`, async () => {
      const { outcome } = await judged(handle, { request });
      expect(outcome?.kind).to.equal("fault");
      expect(outcome?.faults[0]?.code).to.equal(code);
    });
  }

  it("makes a fault of a write in a hook without side effects", async () => {
    const handle: Handler = (_request, { cluster }) => cluster.create("v1/configmaps", configMap);
    const { outcome } = await judged(handle, { sideEffects: "None" });
    expect(outcome?.faults[0]?.code).to.equal("GW_UNDECLARED_ACCESS");
  });

  it("names a refusal of the API server that the plugin did not catch", async () => {
    const cluster = recordedCluster();
    const handle: Handler = (_request, context) => context.cluster.get("v1/namespaces", "a");
    const pipeline = await pipelineOf([plugin("one", { validate: handle, reads })], cluster);
    cluster.failing = refusal();
    const outcome = await pipeline.reviewers
      .get("/validate/pods.example.com")
      ?.review(podRequest());
    expect(outcome?.faults[0]?.code).to.equal("GW_CLUSTER");
    await pipeline.close();
  });
});

function valueOf(
  families: ReturnType<Awaited<ReturnType<typeof pipelineOf>>["metrics"]>,
  name: string,
) {
  const family = families.find((one) => one.name === `gatewright_${name}`);
  return family?.samples.map(({ value }) => value);
}
