import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createPipeline, definePlugin } from "@gatewright/core";
import { admit, creates } from "@gatewright/testing";
import {
  type ControlPlane,
  startControlPlane,
  startTcpProxy,
  waitUntil,
} from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { connectCluster } from "./connect-cluster.ts";

const path = "/api/v1/namespaces/default/configmaps";

describe("a plugin's view of a cluster whose network drops every packet, with a real API server", () => {
  let plane: ControlPlane;
  before(async () => {
    plane = await startControlPlane({ controllerManager: false });
  });
  after(() => plane?.stop());

  const looks = definePlugin({
    name: "looks",
    reads: ["v1/configmaps"],
    validate: {
      rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["*"] }],
      sideEffects: "None",
      async handle(_request, { cluster, warn }) {
        const all = await cluster.list("v1/configmaps", { namespace: "default" });
        warn(
          all
            .map(({ metadata }) => metadata.name ?? "")
            .toSorted((a, b) => a.localeCompare(b))
            .join(" "),
        );
      },
    },
  });
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web" },
    spec: { containers: [] },
  };

  it("says within a minute and a half that it sees nothing, and is true again when packets pass", async () => {
    await using proxy = await startTcpProxy(Number(new URL(plane.url).port));
    const kubeconfig = join(plane.dir, "through-proxy.yaml");
    const text = await readFile(plane.kubeconfig, "utf8");
    expect(text).to.include(plane.url);
    await writeFile(kubeconfig, text.replaceAll(plane.url, `https://127.0.0.1:${proxy.port}`));
    const connection = await connectCluster({ kubeconfig });
    const pipeline = await createPipeline({
      cluster: connection,
      webhooks: { "pods.example.com": { plugins: [looks()] } },
    });
    const unready = async (expected: readonly string[]) => {
      expect(await pipeline.unready()).to.deep.equal(expected);
      return true;
    };
    const shows = async (expected: string) => {
      expect((await admit(pipeline, creates(pod))).warnings).to.deep.equal([expected]);
      return true;
    };
    const calls = () =>
      pipeline
        .metrics()
        .filter(({ name }) => name === "gatewright_cluster_calls_total")
        .flatMap(({ samples }) => samples.map(({ value }) => value))
        .reduce((sum, value) => sum + value, 0);
    await plane.request(path, { body: { metadata: { name: "before" } } });
    const fromTheCache = async () => {
      const before = calls();
      await shows("before");
      return calls() === before;
    };
    await waitUntil(fromTheCache, { what: "the cache to hold what was there" });
    // The watch is open by then: what comes now is no list's.
    await plane.request(path, { body: { metadata: { name: "second" } } });
    await waitUntil(() => shows("before second"), { what: "the watch to be open" });
    await unready([]);

    await proxy.blackHole();
    await plane.request(path, { body: { metadata: { name: "meanwhile" } } });
    // Nothing tells silence from quiet at first: what is seen is what was.
    await shows("before second");
    await waitUntil(() => unready(["looks (does not see v1/configmaps)"]), {
      what: "the cache to say that it is out of touch",
      timeoutMs: 100_000,
    });
    // What is not known is not made up: the API server is asked, and does not answer.
    const { allowed, status } = await admit(pipeline, creates(pod));
    expect(allowed).to.equal(false);
    expect(status?.message).to.match(/looks.*could not judge .GW_CLUSTER./);

    await proxy.forward();
    await waitUntil(() => unready([]), { what: "touch", timeoutMs: 30_000 });
    await waitUntil(() => shows("before meanwhile second"), { what: "the cache to catch up" });
    await pipeline.close();
    await connection.close();
  });
});
