import { createPipeline, definePlugin, type Pipeline } from "@gatewright/core";
import { admit, creates } from "@gatewright/testing";
import { type ControlPlane, startControlPlane, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { connectCluster } from "./connect-cluster.ts";

const path = "/api/v1/namespaces/default/configmaps";

describe("a plugin's view of the cluster, over a connection to a real API server", () => {
  // One of its own: it is taken away ten times.
  let plane: ControlPlane;
  before(async () => {
    plane = await startControlPlane({ controllerManager: false });
  });
  after(() => plane?.stop());

  let seen: readonly string[] = [];
  const looks = definePlugin({
    name: "looks",
    reads: ["v1/configmaps"],
    validate: {
      rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["*"] }],
      sideEffects: "None",
      async handle(_request, { cluster }) {
        const all = await cluster.list("v1/configmaps", { namespace: "default" });
        seen = all.map(({ metadata, data }) => `${metadata.name}=${data?.["key"] ?? ""}`);
      },
    },
  });
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web" },
    spec: { containers: [] },
  };

  async function look(pipeline: Pipeline): Promise<readonly string[]> {
    const { allowed, status } = await admit(pipeline, creates(pod));
    expect(allowed, status?.message).to.equal(true);
    return seen.toSorted();
  }
  async function sample(pipeline: Pipeline, name: string): Promise<number | undefined> {
    const family = pipeline.metrics().find((one) => one.name === `gatewright_cluster_${name}`);
    return family?.samples[0]?.value;
  }
  const write = async (name: string, key: string) => {
    const body = { metadata: { name }, data: { key } };
    const { status } = await plane.request(`${path}/${name}`, { method: "PUT", body });
    if (status === 404) await plane.request(path, { body });
  };
  /** What there is, and that the cache says so, not the API server. */
  const shows = (pipeline: Pipeline, expected: readonly string[]) =>
    waitUntil(
      async () => {
        expect(await pipeline.unready()).to.deep.equal([]);
        expect(await look(pipeline)).to.deep.equal(expected.toSorted());
        return true;
      },
      { what: `the cache to hold ${expected.join(", ")}`, timeoutMs: 60_000 },
    );

  const untilBlind = (pipeline: Pipeline) =>
    waitUntil(
      async () => {
        expect(await pipeline.unready()).to.deep.equal(["looks (does not see v1/configmaps)"]);
        return true;
      },
      { what: "the cache to say that it is out of touch" },
    );

  it("is true again each time, however often the API server is taken away", async () => {
    const connection = await connectCluster({ kubeconfig: plane.kubeconfig });
    // Not even the first list gets an answer.
    await plane.apiServer.stop();
    const pipeline = await createPipeline({
      cluster: connection,
      webhooks: { "pods.example.com": { plugins: [looks()] } },
    });
    await untilBlind(pipeline);
    await plane.apiServer.start();
    await shows(pipeline, []);
    for (let round = 0; round < 10; round++) {
      // Something of each kind: new, changed, gone.
      await write(`made-${round}`, "1");
      await write("changed", `${round}`);
      if (round > 0) await plane.request(`${path}/made-${round - 1}`, { method: "DELETE" });
      await shows(pipeline, [`made-${round}=1`, `changed=${round}`]);
      await plane.apiServer.stop();
      // It takes the server ten seconds to call itself unready for that.
      if (round === 0) await untilBlind(pipeline);
      await plane.apiServer.start();
    }
    await write("last", "1");
    await shows(pipeline, ["made-9=1", "changed=9", "last=1"]);
    expect(await sample(pipeline, "cache_stale")).to.equal(0);
    // Once at first, and at most once for each time that the API server had forgotten.
    expect(await sample(pipeline, "cache_lists_total")).to.be.within(1, 11);
    await pipeline.close();
    await connection.close();
  });
});
