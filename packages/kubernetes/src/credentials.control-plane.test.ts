import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ClusterConnection, ClusterError, type Logger, silentLogger } from "@gatewright/core";
import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import { writeKubeconfig } from "../test/kubeconfig.ts";
import { type SharedPlane, sharedPlane } from "../test/shared-plane.ts";
import { connect } from "./connect.ts";
import { connectCluster } from "./connect-cluster.ts";

describe("a connection whose credentials are replaced", () => {
  let shared: SharedPlane;
  let folder: string;
  let cluster: ClusterConnection | undefined;
  before(async () => {
    shared = await sharedPlane();
  });
  beforeEach(async () => {
    folder = await shared.makeFolder();
  });
  afterEach(() => cluster?.close());

  const file = (name: string) => join(folder, name);
  /** Whole or not at all, as the kubelet does it. */
  async function write(name: string, content: string): Promise<void> {
    await writeFile(file(`${name}.new`), content);
    await rename(file(`${name}.new`), file(name));
  }
  const clusterEntry = () => ({
    server: shared.plane.url,
    "certificate-authority": shared.plane.caFile,
  });
  const becomes = (user: string) =>
    waitUntil(async () => (await (cluster as ClusterConnection).username()) === user, {
      what: `to be ${user}`,
      timeoutMs: 10_000,
    });
  async function failure(): Promise<ClusterError | undefined> {
    try {
      await (cluster as ClusterConnection).username();
      return undefined;
    } catch (error) {
      return error as ClusterError;
    }
  }
  function recordingLogger(): { log: Logger; warnings: string[] } {
    const warnings: string[] = [];
    const warn = (...line: unknown[]) => warnings.push(String(line.at(-1)));
    return { log: { ...silentLogger, warn }, warnings };
  }

  it("follows the token of the pod's service account", async () => {
    const { plane } = shared;
    await write("token", `${plane.token("alice")}\n`);
    await write("ca.crt", plane.ca);
    const { hostname, port } = new URL(plane.url);
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    cluster = await connect({}, { env, home: folder, serviceAccountFolder: folder });
    expect(await cluster.username()).to.equal("alice");
    await write("token", plane.token("bob"));
    await becomes("bob");
  });

  it("follows tokenFile of a kubeconfig, through one that is refused and one that is empty", async () => {
    const { plane } = shared;
    await write("token", plane.token("alice"));
    const user = { token: plane.token("admin"), tokenFile: "token" };
    const kubeconfig = await writeKubeconfig(folder, { cluster: clusterEntry(), user });
    const { log, warnings } = recordingLogger();
    cluster = await connectCluster({ kubeconfig, log });
    expect(await cluster.username()).to.equal("alice");
    await write("token", "a token of nobody's");
    await waitUntil(async () => (await failure())?.status === 401, { what: "the refusal" });
    await write("token", "");
    await waitUntil(async () => (await failure()) !== undefined && warnings.length > 0, {
      what: "the warning",
    });
    expect(warnings).to.deep.equal([
      `context "here" of ${kubeconfig} cannot be renewed: ${file("token")} is empty`,
    ]);
    await write("token", plane.token("bob"));
    await becomes("bob");
  });

  it("follows a token that stands in the kubeconfig itself, and through one that is damaged", async () => {
    const { plane } = shared;
    const as = (user: string) =>
      writeKubeconfig(folder, { cluster: clusterEntry(), user: { token: plane.token(user) } });
    const { log, warnings } = recordingLogger();
    const kubeconfig = await as("alice");
    cluster = await connectCluster({ kubeconfig, log });
    expect(await cluster.username()).to.equal("alice");
    await write("kubeconfig", "clusters: [");
    await waitUntil(
      async () => (await (cluster as ClusterConnection).username()) && warnings.length > 0,
      {
        what: "the warning",
      },
    );
    expect(await cluster.username()).to.equal("alice");
    expect(warnings[0]).to.match(/cannot be renewed: .*not YAML/);
    await as("bob");
    await becomes("bob");
  });

  it("stays with its context and its server, whatever becomes of the kubeconfig", async () => {
    const { plane } = shared;
    const config = (current: string, tokenOf: string, server = plane.url) => ({
      clusters: [{ name: "a", cluster: { ...clusterEntry(), server } }],
      users: [
        { name: "one", user: { token: plane.token(tokenOf) } },
        { name: "two", user: { token: plane.token("bob") } },
      ],
      contexts: ["one", "two"].map((user) => ({ name: user, context: { cluster: "a", user } })),
      "current-context": current,
    });
    await write("kubeconfig", JSON.stringify(config("one", "alice")));
    const { log, warnings } = recordingLogger();
    cluster = await connectCluster({ kubeconfig: file("kubeconfig"), log });
    await write("kubeconfig", JSON.stringify(config("two", "admin")));
    await becomes("admin");
    await write("kubeconfig", JSON.stringify(config("two", "alice", "https://elsewhere.test")));
    await waitUntil(
      async () => (await (cluster as ClusterConnection).username()) && warnings.length > 0,
      {
        what: "the warning",
      },
    );
    expect(warnings[0]).to.match(
      /^context "one" .* cannot be renewed: its server is another now, https:\/\/elsewhere\.test: start/,
    );
    expect(await cluster.username()).to.equal("admin");
  });

  it("follows a client certificate and its key, also where they are not replaced at once", async () => {
    const { authority } = shared;
    const [carol, dave] = [await authority.issue("carol"), await authority.issue("dave")];
    await write("tls.crt", carol.cert);
    await write("tls.key", carol.key);
    const user = { "client-certificate": "tls.crt", "client-key": "tls.key" };
    const kubeconfig = await writeKubeconfig(folder, { cluster: clusterEntry(), user });
    const { log, warnings } = recordingLogger();
    cluster = await connectCluster({ kubeconfig, log });
    expect(await cluster.username()).to.equal("carol");
    await write("tls.crt", dave.cert);
    await waitUntil(
      async () => (await (cluster as ClusterConnection).username()) && warnings.length > 0,
      {
        what: "the warning",
      },
    );
    expect(await cluster.username()).to.equal("carol");
    expect(warnings[0]).to.match(/cannot be renewed: .*key values mismatch/);
    await write("tls.key", dave.key);
    await becomes("dave");
  });

  it("follows the API server's CA", async () => {
    const { plane, authority } = shared;
    await write("ca.crt", plane.ca);
    const entry = { server: plane.url, "certificate-authority": "ca.crt" };
    const user = { token: plane.token("alice") };
    const kubeconfig = await writeKubeconfig(folder, { cluster: entry, user });
    cluster = await connectCluster({ kubeconfig });
    expect(await cluster.username()).to.equal("alice");
    await write("ca.crt", authority.cert);
    await waitUntil(async () => (await failure())?.reason === "Unreachable", {
      what: "distrust of the API server",
    });
    await write("ca.crt", `${authority.cert}\n${plane.ca}`);
    await becomes("alice");
  });

  it("runs the program that logs in again when its token is refused, once for all calls", async () => {
    const { plane } = shared;
    const api = "client.authentication.k8s.io/v1";
    const writeCredential = (token: string) =>
      write("credential", JSON.stringify({ apiVersion: api, status: { token } }));
    const script = `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> runs; cat credential`;
    await writeFile(file("login"), script.replace(/runs|credential/g, file), { mode: 0o755 });
    const runs = async () => (await readFile(file("runs"), "utf8")).trim().split("\n");

    const accounts = "/api/v1/namespaces/default/serviceaccounts";
    await plane.request(accounts, { body: { metadata: { name: "robot" } } });
    const issued = await plane.request(`${accounts}/robot/token`, { body: {} });
    await writeCredential(issued.body.status.token);
    const exec = { apiVersion: api, command: "./login", provideClusterInfo: true };
    const kubeconfig = await writeKubeconfig(folder, { cluster: clusterEntry(), user: { exec } });
    cluster = await connectCluster({ kubeconfig });
    expect(await cluster.username()).to.equal("system:serviceaccount:default:robot");
    const [info = ""] = await runs();
    expect(JSON.parse(info).spec.cluster.server).to.equal(plane.url);

    await writeCredential(plane.token("bob"));
    await plane.request(`${accounts}/robot`, { method: "DELETE" });
    // The API server remembers for ten seconds that a token is good.
    const connection = cluster;
    await waitUntil(
      async () => {
        const users = await Promise.all(Array.from({ length: 20 }, () => connection.username()));
        return users.every((user) => user === "bob");
      },
      { what: "the new token", timeoutMs: 30_000 },
    );
    expect(await runs()).to.have.length(2);
  });
});
