import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { recordingLogger } from "../test/lines.ts";
import { getPlain, servers, until } from "../test/servers.ts";
import { namespace } from "../test/scripted-cluster.ts";
import { createPipeline, type PipelineOptions } from "./pipeline.ts";
import { definePlugin } from "./plugin.ts";
import type { AnyReconcileHook } from "./reconcile-hook.ts";
import type { Enforcement } from "./loaded-plugin.ts";

const LEASES = "coordination.k8s.io/v1/leases";

/** A plugin with nothing but the hook, which notes what becomes of it. */
function keeper() {
  const life: string[] = [];
  const handle: AnyReconcileHook["handle"] = async ({ name }, { state, signal }) => {
    life.push(`reconcile ${name}: ${String(state)}`);
    if (name !== "hangs") return;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    life.push("aborted");
    throw signal.reason;
  };
  const plugin = definePlugin({
    name: "keeper",
    setup: () => (life.push("setup"), "state"),
    close: () => void life.push("close"),
    reconcile: { resource: "v1/namespaces", handle },
  })();
  return { life, plugin };
}

async function pipelineWith(
  more: Partial<PipelineOptions> = {},
  enforcement: Enforcement = "enforce",
) {
  const { life, plugin } = keeper();
  const cluster = createFakeCluster();
  const log = recordingLogger();
  const pipeline = await createPipeline({
    webhooks: { "a.example.com": { plugins: [{ plugin, enforcement }] } },
    cluster,
    log,
    ...more,
  });
  const leases = async () => (await cluster.list(LEASES)).items;
  return { life, cluster, log, pipeline, leases };
}

describe("createPipeline({ reconcile, leaderElection })", () => {
  it("lets a plugin reconcile with its state, from setup to close", async () => {
    const { life, cluster, pipeline, leases } = await pipelineWith();
    expect(pipeline.reviewers.size).to.equal(0);
    await until("it has reconciled", () => life.length === 2);
    await cluster.create(
      "v1/namespaces",
      { ...namespace("hangs", ""), metadata: { name: "hangs" } },
      { fieldManager: "test" },
    );
    await until("it hangs", () => life.length === 3);
    const [lease] = await leases();
    expect(lease?.metadata).to.include({ name: "gatewright-keeper", namespace: "default" });
    expect(lease?.spec)
      .to.have.property("holderIdentity")
      .that.matches(/_[0-9a-f-]{36}$/);
    await pipeline.close();
    expect(life).to.deep.equal([
      ...["setup", "reconcile default: state", "reconcile hangs: state", "aborted", "close"],
    ]);
    expect((await leases())[0]?.spec).to.not.have.property("holderIdentity");
  });

  it("has its Leases where, and under the name, that it is told", async () => {
    const leaderElection = { namespace: "gatewright", identity: "gatewright-0" };
    const own = { apiVersion: "v1", kind: "Namespace", metadata: { name: "gatewright" } };
    const cluster = createFakeCluster({ objects: [own] });
    const { life, pipeline } = await pipelineWith({ cluster, leaderElection });
    await until("it has reconciled", () => life.length === 3);
    const lease = await cluster.get(LEASES, "gatewright-keeper", { namespace: "gatewright" });
    expect(lease?.spec).to.include({ holderIdentity: "gatewright-0" });
    await pipeline.close();
  });

  it("reconciles when it is told to, where it does not do so by itself, without a Lease", async () => {
    const { life, pipeline, leases } = await pipelineWith({ reconcile: false });
    await pipeline.reconcile();
    expect(life).to.deep.equal(["setup", "reconcile default: state"]);
    expect(await leases()).to.deep.equal([]);
    await pipeline.close();
    const { pipeline: other } = await pipelineWith();
    const error = await other.reconcile().catch((reason: unknown) => reason);
    expect(String(error)).to.equal("Error: this pipeline reconciles by itself");
    await other.close();
  });

  for (const enforcement of ["warn", "audit"] as const) {
    it(`does not let a plugin reconcile that only may ${enforcement}, and says so`, async () => {
      const { life, log, pipeline, leases } = await pipelineWith({}, enforcement);
      await pipeline.reconcile();
      expect(life).to.deep.equal(["setup"]);
      expect(await leases()).to.deep.equal([]);
      const [line] = log.written();
      expect(line).to.include({ plugin: "keeper", enforcement, message: "does not reconcile" });
      await pipeline.close();
    });
  }
});

describe("createServer({ plugins that reconcile })", () => {
  const start = servers();

  it("reconciles, counts it, and says what RBAC is to allow", async () => {
    const { life, plugin } = keeper();
    const { server } = await start([plugin], { cluster: () => createFakeCluster() });
    await until("it has reconciled", () => life.length === 2);
    const { body } = await getPlain(`http://127.0.0.1:${server.metricsPort}/metrics`);
    expect(body).to.include('gatewright_reconcile_total{plugin="keeper",result="success"} 1\n');
    expect(body).to.include('gatewright_reconcile_leader{plugin="keeper"} 1\n');
    expect(server.policyRules.map(({ resources }) => resources[0])).to.deep.equal([
      ...["namespaces", "leases", "leases"],
    ]);
    await server.close();
    expect(life.at(-1)).to.equal("close");
  });
});
