import { expect } from "chai";
import { describe, it } from "mocha";
import { type RecordedCluster, recordedCluster, refusal } from "../test/recorded-cluster.ts";
import { plugin, reviewOf } from "../test/reviews.ts";
import { namespace } from "../test/scripted-cluster.ts";
import { getPlain, servers, until, WEBHOOK } from "../test/servers.ts";

const reads = ["v1/namespaces"];
const tenancy = plugin("tenancy", {
  reads,
  writes: { "v1/configmaps": ["create"] },
  validate: async ({ namespace: within }, { cluster, deny }) => {
    const found = await cluster.get("v1/namespaces", String(within));
    if (found?.metadata.labels?.["open"] === undefined) deny("it is closed");
  },
});

describe("createServer({ cluster }): Promise<Server>", () => {
  const start = servers();
  const startWith = async (cluster: RecordedCluster) =>
    start([tenancy], { cluster: () => cluster });

  it("is ready once the caches are warm, and answers from them", async () => {
    const cluster = recordedCluster();
    cluster.failing = refusal();
    const { call, review, server } = await startWith(cluster);
    expect(await call("/readyz")).to.deep.include({
      status: 503,
      body: "not ready: plugin tenancy (does not see v1/namespaces)",
    });
    cluster.objects["default"] = namespace("default", "1");
    cluster.failing = undefined;
    await until("the server is ready", async () => (await call("/readyz")).status === 200);
    const calls = cluster.calls.length;
    const response = await review(`/validate/${WEBHOOK}`, reviewOf());
    expect(response.status?.message).to.include("it is closed");
    expect(cluster.calls.length).to.equal(calls);
    const { body } = await getPlain(`http://127.0.0.1:${server.metricsPort}/metrics`);
    expect(body).to.include('gatewright_cluster_cache_synced{resource="v1/namespaces"} 1\n');
    expect(body).to.match(/gatewright_cluster_calls_total\{[^}]*code="403"[^}]*\} \d+/);
  });

  it("says what RBAC is to allow, and closes what it connected", async () => {
    const cluster = recordedCluster();
    const { server } = await startWith(cluster);
    expect(server.policyRules).to.deep.equal([
      { apiGroups: [""], resources: ["namespaces"], verbs: ["get", "list", "watch"] },
      { apiGroups: [""], resources: ["configmaps"], verbs: ["create"] },
    ]);
    const closing = server.close();
    await Promise.all([closing, server.close()]);
    expect(cluster.calls.at(-1)).to.equal("close");
  });
});
