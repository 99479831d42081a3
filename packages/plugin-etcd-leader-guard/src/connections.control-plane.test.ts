import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type EtcdCluster, startEtcd, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import type { CallFailure } from "./call-failure.ts";
import { type Connections, createConnections } from "./connections.ts";
import type { TlsPaths } from "./tls-files.ts";

describe("createConnections(reach, tls)", () => {
  let etcd: EtcdCluster;
  let endpoint: string;
  let paths: TlsPaths & { certFile: string; keyFile: string };
  let connections: Connections | undefined;
  before(async () => {
    etcd = await startEtcd({ tls: "mutual", auth: true, proxied: true });
    endpoint = etcd.endpoints[0] as string;
    const dir = join(etcd.dir, "ours");
    await mkdir(dir);
    const [caFile, certFile, keyFile] = ["ca.crt", "tls.crt", "tls.key"].map((name) =>
      join(dir, name),
    ) as [string, string, string];
    paths = { caFile, certFile, keyFile, serverName: "localhost" };
  });
  after(() => etcd.stop());
  beforeEach(async () => {
    await copyFile(etcd.tls.caFile, paths.caFile);
    await etcd.tls.issueClient(paths);
  });
  afterEach(async () => {
    await connections?.close();
    await etcd.tls.issueServer();
  });

  /** How a call ends now. */
  async function outcome(timeoutMs = 2_000): Promise<string> {
    try {
      const { memberId } = await (connections as Connections).client(endpoint).status(timeoutMs);
      return memberId === etcd.member("etcd-0").id ? "well" : "another member";
    } catch (error) {
      return (error as CallFailure).message;
    }
  }

  /** As a network does now and then. */
  async function breakConnections(): Promise<void> {
    await etcd.member("etcd-0").proxy.refuse();
    await etcd.member("etcd-0").proxy.forward();
  }

  it("calls with the files' certificate, held to the configured name", async () => {
    connections = await createConnections({ endpoints: [endpoint] }, paths);
    expect(await outcome()).to.equal("well");
  });

  it("calls with a certificate that replaced an expired one", async () => {
    await etcd.tls.issueClient(paths, { expired: true });
    connections = await createConnections({ endpoints: [endpoint] }, paths);
    const refused = "certificate: refused by the member (certificate expired)";
    expect(await outcome()).to.equal(refused);
    await etcd.tls.issueClient(paths);
    expect(await outcome(), "before it was looked at").to.equal(refused);
    expect(await connections.refresh()).to.equal(undefined);
    expect(await outcome()).to.equal("well");
  });

  it("ends the calls under way by the old certificate", async () => {
    connections = await createConnections({ endpoints: [endpoint] }, paths);
    expect(await outcome()).to.equal("well");
    const old = connections.client(endpoint);
    await etcd.member("etcd-0").proxy.delay(200);
    const underWay = outcome();
    await etcd.tls.issueClient(paths, { commonName: "guest" });
    await connections.refresh();
    expect(await underWay).to.equal("well");
    await etcd.member("etcd-0").proxy.forward();
    expect(await outcome()).to.equal("permission denied");
    await waitUntil(() => old.connections() === 0, { what: "the old connection's end" });
  });

  it("keeps its clients while nothing has changed", async () => {
    connections = await createConnections({ endpoints: [endpoint] }, paths);
    const client = connections.client(endpoint);
    expect(await connections.refresh()).to.equal(undefined);
    expect(connections.client(endpoint)).to.equal(client);
  });

  it("keeps the good ones while the files are half written", async () => {
    connections = await createConnections({ endpoints: [endpoint] }, paths);
    expect(await outcome()).to.equal("well");
    const key = await readFile(paths.keyFile);
    await copyFile(etcd.tls.guest.keyFile, paths.keyFile);
    expect(await connections.refresh()).to.match(/is not that of the certificate/);
    await breakConnections();
    await waitUntil(async () => (await outcome()) === "well", { what: "a new connection" });
    await writeFile(paths.keyFile, key);
    expect(await connections.refresh()).to.equal(undefined);
    expect(await outcome()).to.equal("well");
  });

  it("begins without files, and finds them", async () => {
    const missing = { caFile: join(etcd.dir, "later.crt"), serverName: "localhost" };
    const tls = { ...paths, caFile: missing.caFile };
    connections = await createConnections({ endpoints: [endpoint] }, tls);
    expect(await outcome()).to.match(/later\.crt cannot be read: ENOENT$/);
    await copyFile(etcd.tls.caFile, missing.caFile);
    await connections.refresh();
    expect(await outcome()).to.equal("well");
  });

  it("says whose certificate is not accepted", async () => {
    await copyFile(etcd.tls.strangerCaFile, paths.caFile);
    connections = await createConnections({ endpoints: [endpoint] }, paths);
    expect(await outcome()).to.equal("certificate: unable to verify the first certificate");
    await copyFile(etcd.tls.caFile, paths.caFile);
    await etcd.tls.issueServer({ expired: true });
    await connections.refresh();
    expect(await outcome()).to.equal("certificate: certificate has expired");
    await etcd.tls.issueServer();
    await waitUntil(async () => (await outcome()) === "well", { what: "the member's new one" });
    await etcd.tls.issueClient(paths, { stranger: true });
    await connections.refresh();
    expect(await outcome()).to.equal("certificate: refused by the member (unknown ca)");
    await connections.close();
    connections = await createConnections(
      { endpoints: [endpoint] },
      { caFile: paths.caFile, serverName: "localhost" },
    );
    expect(await outcome()).to.equal("certificate: refused by the member (certificate required)");
    await connections.close();
    connections = await createConnections(
      { endpoints: [endpoint] },
      { ...paths, serverName: "etcd.example" },
    );
    expect(await outcome()).to.equal(
      "certificate: Hostname/IP does not match certificate's altnames",
    );
  });
});
