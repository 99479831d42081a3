import { type ClusterConnection, ClusterError, type WatchEvent } from "@gatewright/core";
import { startTcpProxy, type TcpProxy } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { collect } from "../test/collect.ts";
import { writeKubeconfig } from "../test/kubeconfig.ts";
import { type SharedPlane, sharedPlane } from "../test/shared-plane.ts";
import { connectCluster } from "./connect-cluster.ts";

const secrets = "v1/secrets";

describe("a connection's watch() of a real API server", () => {
  let shared: SharedPlane;
  let proxy: TcpProxy;
  let cluster: ClusterConnection;
  before(async () => {
    shared = await sharedPlane();
    const { plane, makeFolder } = shared;
    proxy = await startTcpProxy(Number(new URL(plane.url).port));
    const entry = {
      server: `https://127.0.0.1:${proxy.port}`,
      "certificate-authority": plane.caFile,
    };
    const user = { token: plane.token("admin") };
    const kubeconfig = await writeKubeconfig(await makeFolder(), { cluster: entry, user });
    cluster = await connectCluster({ kubeconfig });
  });
  after(async () => {
    await cluster?.close();
    await proxy?.close();
  });

  let made = 0;
  /** Something happens to a Secret of this name. */
  async function happen(type: "ADDED" | "DELETED", name: string): Promise<void> {
    if (type === "DELETED") return cluster.delete(secrets, name, { namespace: "default" });
    const metadata = { name, namespace: "default" };
    await cluster.create(
      secrets,
      { apiVersion: "v1", kind: "Secret", metadata },
      { fieldManager: "test" },
    );
  }
  async function begin(timeoutSeconds: number) {
    const { resourceVersion } = await cluster.list(secrets);
    const over = new AbortController();
    const options = { resourceVersion, timeoutSeconds, signal: over.signal };
    const events = (await cluster.watch(secrets, options))[Symbol.asyncIterator]();
    return { over, events, name: `watched-${made++}` };
  }
  const summary = ({ type, object }: WatchEvent) => `${type} ${object.metadata?.name ?? ""}`;
  async function rejection(promise: Promise<unknown>): Promise<unknown> {
    return promise.then(
      () => new Error("it did not reject"),
      (reason: unknown) => reason,
    );
  }

  it("gives what happens, each as soon as it does, and ends when its time is over", async () => {
    const { events, name } = await begin(3);
    for (const type of ["ADDED", "DELETED"] as const) {
      await happen(type, name);
      const { value } = await events.next();
      expect(summary(value as WatchEvent)).to.equal(`${type} ${name}`);
      expect((value as WatchEvent).object.kind).to.equal("Secret");
    }
    for (let next = await events.next(); next.done !== true; next = await events.next()) {
      expect(next.value.type).to.equal("BOOKMARK");
    }
  });

  it("throws 410 where the moment is too long ago", async () => {
    const { plane } = shared;
    await happen("ADDED", "later");
    // It remembers what happened since it started.
    await plane.apiServer.stop();
    await plane.apiServer.start();
    const past = { resourceVersion: "1", timeoutSeconds: 5, signal: new AbortController().signal };
    const error = await rejection(cluster.watch(secrets, past).then((of) => collect(of)));
    expect(error).to.be.instanceOf(ClusterError);
    expect(error).to.include({ status: 410, reason: "Expired" });
    expect((error as Error).message).to.contain("too old resource version: 1 (");
  });

  it("throws where the connection is reset, and where nobody may watch", async () => {
    const { events } = await begin(60);
    const next = rejection(events.next());
    await proxy.refuse();
    const error = await next;
    expect(error).to.be.instanceOf(ClusterError);
    expect(error).to.include({ status: 0, reason: "Unreachable" });
    await proxy.forward();

    const alice = await connectCluster({ kubeconfig: shared.plane.kubeconfigFor("alice") });
    const options = {
      resourceVersion: "",
      timeoutSeconds: 5,
      signal: new AbortController().signal,
    };
    const refused = await rejection(alice.watch(secrets, options));
    expect(refused).to.include({ status: 403, reason: "Forbidden" });
    expect((refused as Error).message).to.contain('User "alice" cannot watch resource "secrets"');
    await alice.close();
  });

  it("frees its connection when whoever reads has had enough", async () => {
    const { events, name, over } = await begin(60);
    await happen("ADDED", name);
    await events.next();
    await events.return?.(undefined);
    expect((await events.next()).done).to.equal(true);
    over.abort();
    await happen("DELETED", name);
  });
});
