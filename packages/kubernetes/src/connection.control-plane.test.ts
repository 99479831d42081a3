import { ClusterError } from "@gatewright/core";
import { startTcpProxy } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { collect } from "../test/collect.ts";
import { startCountingProxy } from "../test/counting-proxy.ts";
import { writeKubeconfig } from "../test/kubeconfig.ts";
import { type SharedPlane, sharedPlane } from "../test/shared-plane.ts";
import { connectCluster } from "./connect-cluster.ts";

const configMaps = "v1/configmaps";
const asTest = { fieldManager: "test" };

describe("a connection to a real API server", () => {
  let shared: SharedPlane;
  before(async () => {
    shared = await sharedPlane();
  });
  const port = () => Number(new URL(shared.plane.url).port);

  /** A kubeconfig of the admin's, by way of a port of this machine. */
  async function kubeconfigBy(proxyPort: number): Promise<string> {
    const { plane, makeFolder } = shared;
    const server = `https://127.0.0.1:${proxyPort}`;
    const cluster = { server, "certificate-authority": plane.caFile };
    return writeKubeconfig(await makeFolder(), { cluster, user: { token: plane.token("admin") } });
  }
  const configMap = (name: string) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default" },
  });
  async function rejection(promise: Promise<unknown>): Promise<ClusterError> {
    const error = await promise.then(
      () => new Error("it did not reject"),
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ClusterError);
    return error as ClusterError;
  }

  it("makes 200 calls at once over eight connections, and keeps those for later ones", async () => {
    await using proxy = await startCountingProxy(port());
    const cluster = await connectCluster({ kubeconfig: await kubeconfigBy(proxy.port) });
    const call = () => cluster.get("v1/namespaces", "default");
    const all = (count: number) => Promise.all(Array.from({ length: count }, call));
    await all(200);
    expect(proxy.opened()).to.be.within(1, 8);
    const opened = proxy.opened();
    await all(200);
    for (let i = 0; i < 20; i++) await call();
    expect(proxy.opened()).to.equal(opened);
    await cluster.close();
  });

  it("leaves calls their connections, however many watches there are", async () => {
    await using proxy = await startCountingProxy(port());
    const cluster = await connectCluster({ kubeconfig: await kubeconfigBy(proxy.port) });
    const { resourceVersion } = await cluster.list(configMaps);
    const over = new AbortController();
    const options = { resourceVersion, timeoutSeconds: 60, signal: over.signal };
    const watches = await Promise.all(
      Array.from({ length: 20 }, () => cluster.watch(configMaps, options)),
    );
    await cluster.list(configMaps);
    const { length } = watches;
    expect(proxy.open()).to.be.within(length + 1, length + 8);
    await cluster.close();
    for (const watch of watches) {
      const error = await rejection(collect(watch));
      expect(error.message).to.match(/the connection to the cluster is closed$/);
    }
  });

  it("gives calls up in time where packets are lost, and goes on when they are not", async () => {
    await using proxy = await startTcpProxy(port());
    const cluster = await connectCluster({ kubeconfig: await kubeconfigBy(proxy.port) });
    await proxy.blackHole();
    const options = { timeoutMs: 200 };
    const errors = await Promise.all(
      Array.from({ length: 20 }, () => rejection(cluster.list(configMaps, options))),
    );
    for (const error of errors) expect(error).to.include({ status: 0, reason: "Timeout" });
    await proxy.forward();
    expect((await cluster.list("v1/namespaces")).items).not.to.deep.equal([]);

    await proxy.refuse();
    const refused = await rejection(cluster.create(configMaps, configMap("a"), asTest));
    expect(refused).to.include({ status: 0, reason: "Unreachable" });
    expect((await rejection(cluster.list(configMaps))).message).to.contain("ECONNREFUSED");
    await proxy.forward();
    expect((await cluster.list("v1/namespaces")).items).not.to.deep.equal([]);
    await cluster.close();
  });

  it("leaves the time of a call that is over to nobody: a signal may live for ever", async () => {
    const cluster = await connectCluster({ kubeconfig: shared.plane.kubeconfig });
    const longLived = new AbortController();
    let listeners = 0;
    const { signal } = longLived;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    for (let i = 0; i < 3; i++) await cluster.get("v1/namespaces", "default", { signal });
    const { resourceVersion } = await cluster.list(configMaps, { signal });
    for await (const event of await cluster.watch(configMaps, {
      resourceVersion,
      timeoutSeconds: 1,
      signal,
    })) {
      expect(event.type).to.equal("BOOKMARK");
    }
    expect(listeners).to.equal(0);
    await cluster.close();
  });
});
