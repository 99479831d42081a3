import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createPipeline, definePlugin, type Pipeline } from "@gatewright/core";
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
const leasePath = "/apis/coordination.k8s.io/v1/namespaces/default/leases/gatewright-copier";

describe("reconcile, on a real API server", () => {
  // One of its own: it is taken away.
  let plane: ControlPlane;
  before(async () => {
    plane = await startControlPlane({ controllerManager: false });
  });
  after(() => plane?.stop());

  /** Copies what each ConfigMap's `key` says to its annotation, and notes who did. */
  interface Server {
    readonly name: string;
    readonly pipeline: Pipeline;
    /** Names, in the order in which they were handled, and when. */
    readonly handled: { name: string; at: number }[];
    /** When its signal aborted what runs, and what a call came to then. */
    readonly aborted: { at: number; code: unknown }[];
    leads(): boolean;
    close(): Promise<void>;
  }

  async function startServer(name: string, kubeconfig = plane.kubeconfig): Promise<Server> {
    const handled: Server["handled"] = [];
    const aborted: Server["aborted"] = [];
    const copier = definePlugin({
      name: "copier",
      writes: { "v1/configmaps": ["create", "patch"] },
      reconcile: {
        resource: "v1/configmaps",
        maxConcurrentReconciles: 2,
        async handle(request, { cluster, signal }) {
          const { name: of, namespace, object } = request;
          if (namespace !== "default" || object?.data?.["key"] === undefined) return;
          handled.push({ name: of, at: performance.now() });
          if (of === "hangs") {
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            try {
              await cluster.get("v1/configmaps", of, { namespace });
            } catch (error) {
              aborted.push({ at: performance.now(), code: (error as { code?: unknown }).code });
            }
            return;
          }
          const annotations = { copied: object.data["key"] };
          if (object.metadata.annotations?.["copied"] === annotations.copied) return;
          const metadata = { name: of, namespace, annotations };
          await cluster.apply("v1/configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata });
        },
      },
    });
    const pipeline = await createPipeline({
      cluster: () => connectCluster({ kubeconfig }),
      leaderElection: { namespace: "default", identity: name },
      webhooks: { "a.example.com": { plugins: [copier()] } },
    });
    const leads = () =>
      pipeline.metrics().find((family) => family.name === "gatewright_reconcile_leader")?.samples[0]
        ?.value === 1;
    return { name, pipeline, handled, aborted, leads, close: () => pipeline.close() };
  }

  const write = async (name: string, key: string) => {
    const body = { metadata: { name }, data: { key } };
    const { status } = await plane.request(`${path}/${name}`, { method: "PUT", body });
    if (status === 404) await plane.request(path, { body });
  };
  const remove = (name: string) => plane.request(`${path}/${name}`, { method: "DELETE" });
  const untilCopied = (name: string, key: string, timeoutMs = 30_000) =>
    waitUntil(
      async () => {
        const { body } = await plane.request(`${path}/${name}`);
        return body.metadata?.annotations?.copied === key;
      },
      { what: `${key} to be copied in ${name}`, timeoutMs },
    );
  const untilLeading = (server: Server, timeoutMs?: number) =>
    waitUntil(() => server.leads(), {
      what: `${server.name} to lead`,
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
  const holder = async (): Promise<unknown> =>
    (await plane.request(leasePath)).body.spec?.holderIdentity;

  /** A way to the API server that can be cut. */
  async function startDetour() {
    const proxy = await startTcpProxy(Number(new URL(plane.url).port));
    const kubeconfig = join(plane.dir, `through-${proxy.port}.yaml`);
    const text = await readFile(plane.kubeconfig, "utf8");
    await writeFile(kubeconfig, text.replaceAll(plane.url, `https://127.0.0.1:${proxy.port}`));
    return { proxy, kubeconfig, [Symbol.asyncDispose]: () => proxy.close() };
  }

  it("is done by one of two servers; where that is closed, by the other at once", async () => {
    await write("before", "1");
    const one = await startServer("one");
    await untilLeading(one);
    const two = await startServer("two");
    const names = Array.from({ length: 20 }, (_, index) => `many-${index}`);
    await Promise.all(names.map((name) => write(name, "1")));
    for (const name of ["before", ...names]) await untilCopied(name, "1");
    expect(two.handled).to.deep.equal([]);
    expect(two.leads()).to.equal(false);
    expect(await holder()).to.equal("one");
    await one.close();
    const closedAt = performance.now();
    // A Lease that nobody lets go of holds for 15 s.
    await untilLeading(two, 6_000);
    expect(await holder()).to.equal("two");
    await write("many-0", "2");
    await untilCopied("many-0", "2");
    expect(new Set(two.handled.map(({ name }) => name))).to.have.all.keys("before", ...names);
    expect(one.handled.every(({ at }) => at <= closedAt)).to.equal(true);
    const { leaseTransitions, leaseDurationSeconds } = (await plane.request(leasePath)).body.spec;
    expect({ leaseTransitions, leaseDurationSeconds }).to.deep.equal({
      ...{ leaseTransitions: 1, leaseDurationSeconds: 15 },
    });
    await two.close();
    expect(await holder()).to.equal(undefined);
    for (const name of names) await remove(name);
  });

  it("ends in a server that is cut off before the other begins, and goes on with what was missed", async () => {
    await using detour = await startDetour();
    const one = await startServer("one", detour.kubeconfig);
    await untilLeading(one);
    const two = await startServer("two");
    await write("hangs", "1");
    await waitUntil(() => one.handled.some(({ name }) => name === "hangs"), { what: "it to hang" });
    await detour.proxy.blackHole();
    const cutAt = performance.now();
    await write("missed", "1");
    await untilCopied("missed", "1", 40_000);
    expect(one.aborted.map(({ code }) => code)).to.deep.equal(["GW_RECONCILE_ENDED"]);
    const abortedAt = one.aborted[0]?.at ?? Number.NaN;
    const begunAt = two.handled[0]?.at ?? Number.NaN;
    expect(abortedAt - cutAt).to.be.within(7_000, 12_000);
    expect(begunAt).to.be.greaterThan(abortedAt);
    expect(one.handled.some(({ at }) => at > abortedAt)).to.equal(false);
    expect(one.leads()).to.equal(false);
    await detour.proxy.forward();
    await remove("hangs");
    await two.close();
    await untilLeading(one);
    await write("missed", "2");
    await untilCopied("missed", "2");
    await one.close();
  });

  it("ends while the API server is away, and reconciles what changed in the meantime", async () => {
    await using detour = await startDetour();
    const one = await startServer("one", detour.kubeconfig);
    await untilLeading(one);
    await write("changed", "1");
    await untilCopied("changed", "1");
    await detour.proxy.refuse();
    await plane.apiServer.stop();
    await waitUntil(() => !one.leads(), { what: "it to lead no longer" });
    await plane.apiServer.start();
    await write("changed", "2");
    await write("new", "1");
    await detour.proxy.forward();
    await untilCopied("changed", "2");
    await untilCopied("new", "1");
    await one.close();
  });

  it("asks for no more than policyRules says", async () => {
    const one = await startServer("one");
    const rules = one.pipeline.policyRules;
    await one.close();
    const body = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "copier" },
      rules,
    };
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    expect((await plane.request(`${rbac}/clusterroles`, { body })).status).to.equal(201);
    const binding = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "copier" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "copier" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "alice" }],
    };
    await plane.request(`${rbac}/clusterrolebindings`, { body: binding });
    await plane.request(leasePath, { method: "DELETE" });
    const asAlice = await startServer("alice", plane.kubeconfigFor("alice"));
    await write("by-alice", "1");
    await untilCopied("by-alice", "1");
    expect(await holder()).to.equal("alice");
    await asAlice.close();
    expect(await holder()).to.equal(undefined);
  });
});
