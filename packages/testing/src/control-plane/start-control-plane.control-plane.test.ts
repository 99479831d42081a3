import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { isRunning } from "../../test/control-plane/is-running.ts";
import { type ControlPlane, startControlPlane, waitUntil } from "./index.ts";

const configMap = (name: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { big: "9007199254740993" },
});
const configMaps = "/api/v1/namespaces/default/configmaps";

describe("startControlPlane({ users, apiServerArgs, … })", () => {
  let plane: ControlPlane;
  before(async () => {
    plane = await startControlPlane({
      users: { alice: ["developers"], bob: [], 'o"hara, system:x': ["a", "b"] },
      // Wins over the range that the plane asks for.
      apiServerArgs: ["--service-cluster-ip-range=10.7.0.0/24"],
    });
  });
  after(() => plane.stop());

  it("runs what it says", async () => {
    expect(plane.version).to.match(/^v1\.\d+\.\d+$/);
    expect(plane.url).to.match(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(readFileSync(plane.caFile, "utf8")).to.equal(plane.ca);
    expect(Object.keys(plane.pids).toSorted()).to.deep.equal([
      "etcd",
      "kube-apiserver",
      "kube-controller-manager",
    ]);
    for (const pid of Object.values(plane.pids)) expect(isRunning(pid)).to.equal(true);
    const log = readFileSync(join(plane.dir, "logs", "kube-apiserver.log"), "utf8");
    expect(log).to.include("Generated self-signed cert");
    expect((await fetch(`${plane.etcdUrl}/health`)).status).to.equal(200);
  });

  it("knows its users, with their groups", async () => {
    const whoami = async (user: string) => {
      const { stdout } = await plane.kubectl(["auth", "whoami", "-o", "json"], { user });
      const { username, groups } = JSON.parse(stdout).status.userInfo;
      return { username, groups };
    };
    expect(await whoami("admin")).to.deep.equal({
      username: "admin",
      groups: ["system:masters", "system:authenticated"],
    });
    expect(await whoami("alice")).to.deep.equal({
      username: "alice",
      groups: ["developers", "system:authenticated"],
    });
    expect(await whoami("bob")).to.deep.equal({
      username: "bob",
      groups: ["system:authenticated"],
    });
    expect(await whoami('o"hara, system:x')).to.deep.equal({
      username: 'o"hara, system:x',
      groups: ["a", "b", "system:authenticated"],
    });
    expect(() => plane.token("carol")).to.throw('no user "carol"');
    expect(() => plane.kubeconfigFor("carol")).to.throw("alice, bob");
    expect(plane.kubeconfigFor("admin")).to.equal(plane.kubeconfig);
  });

  it("lets users do what RBAC grants them", async () => {
    const create = (user: string, name: string) =>
      plane.kubectl(["create", "-f", "-"], { user, input: configMap(name) });
    const before = await create("alice", "a");
    expect(before.exitCode).to.equal(1);

    const granted = await plane.kubectl([
      "create",
      "rolebinding",
      "developers",
      "--clusterrole=edit",
      "--group=developers",
    ]);
    expect(granted).to.deep.equal({
      stdout: "rolebinding.rbac.authorization.k8s.io/developers created\n",
      stderr: "",
      exitCode: 0,
    });
    await waitUntil(async () => (await create("alice", "a")).exitCode === 0, {
      what: "alice to be allowed to create",
    });
    const denied = await create("bob", "b");
    expect(denied.exitCode).to.equal(1);
    expect(denied.stderr).to.include(
      'User "bob" cannot create resource "configmaps" in API group "" in the namespace "default"',
    );
  });

  it("answers request(), whoever asks and whatever it says", async () => {
    const created = await plane.request(configMaps, { body: configMap("r") });
    expect(created.status).to.equal(201);
    expect(created.body.data).to.deep.equal({ big: "9007199254740993" });
    expect(JSON.parse(created.text)).to.deep.equal(created.body);

    const patched = await plane.request(`${configMaps}/r`, {
      method: "PATCH",
      body: { data: { small: "1" } },
    });
    expect(Object.keys(patched.body.data)).to.deep.equal(["big", "small"]);
    const byOperations = await plane.request(`${configMaps}/r`, {
      method: "PATCH",
      contentType: "application/json-patch+json",
      body: '[{"op":"remove","path":"/data/big"}]',
    });
    expect(byOperations.body.data).to.deep.equal({ small: "1" });

    const asBob = await plane.request(configMaps, { user: "bob" });
    expect(asBob.status).to.equal(403);
    expect(asBob.body.reason).to.equal("Forbidden");
    const metrics = await plane.request("/readyz?verbose");
    expect(metrics.body).to.equal(undefined);
    expect(metrics.text).to.include("[+]etcd ok");
    await plane.request(configMaps, { user: "carol" }).then(
      () => expect.fail("carol is nobody"),
      (error: Error) => expect(error.message).to.include('no user "carol"'),
    );
  });

  it("uses the same connection again", async () => {
    await plane.request("/version");
    let opened = 0;
    const count = () => void opened++;
    subscribe("net.client.socket", count);
    for (let call = 0; call < 5; call++) await plane.request(configMaps);
    unsubscribe("net.client.socket", count);
    expect(opened).to.equal(0);
  });

  it("passes apiServerArgs on, after its own", async () => {
    const { body } = await plane.request("/api/v1/namespaces/default/services/kubernetes");
    expect(body.spec.clusterIP).to.equal("10.7.0.1");
  });

  it("has the service account that a pod needs", async () => {
    const { stdout, stderr } = await plane.kubectl(["run", "p", "--image=p", "-o", "name"]);
    expect(stderr).to.equal("");
    expect(stdout).to.equal("pod/p\n");
  });

  it("takes the API server away and brings it back with its data", async () => {
    const { pids } = plane;
    await plane.request(configMaps, { body: configMap("kept") });
    await plane.apiServer.stop();
    expect(isRunning(pids["kube-apiserver"] as number)).to.equal(false);
    expect(plane.pids).not.to.have.property("kube-apiserver");
    const gone = await plane.kubectl(["get", "configmap", "kept"]);
    expect(gone.exitCode).to.equal(1);
    expect(gone.stderr).to.include("refused");
    await plane.request(configMaps).then(
      () => expect.fail("it answered"),
      (error: NodeJS.ErrnoException) => expect(error.code).to.equal("ECONNREFUSED"),
    );

    await plane.apiServer.start();
    await plane.apiServer.start(); // A second start is none.

    expect(plane.pids["kube-apiserver"]).not.to.equal(pids["kube-apiserver"]);
    expect((await plane.request(`${configMaps}/kept`)).status).to.equal(200);
    expect((await plane.kubectl(["get", "configmap", "kept"])).exitCode).to.equal(0);
  });
});
