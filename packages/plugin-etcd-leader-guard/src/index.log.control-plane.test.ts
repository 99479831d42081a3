import { type EtcdCluster, startEtcd } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { type ClusterWritten, clusterOf, guards } from "../test/guard.ts";
import { logLines } from "../test/log-lines.ts";

describe("etcd-leader-guard, the first lines of its log", () => {
  const open = guards();
  let etcd: EtcdCluster;
  before(async () => {
    etcd = await startEtcd({ members: 3, tls: "mutual" });
  });
  after(() => etcd.stop());

  async function firstLines(more: Partial<ClusterWritten>): Promise<string[]> {
    const { log, lines } = logLines();
    await open(clusterOf(etcd, more), log);
    return lines;
  }
  const tls = (more: object = {}) => ({
    caFile: etcd.tls.caFile,
    serverName: "localhost",
    ...more,
  });
  const unread = (error: string) =>
    `warn etcd cannot be read: no member list was given (${etcd.endpoints.join(", ")}: ${error})`;

  it("tell why TLS comes to nothing, and what it is for all of them once", async () => {
    const strange = tls({ ...etcd.tls.client, caFile: etcd.tls.strangerCaFile });
    const [wrongCa = ""] = await firstLines({ tls: strange });
    expect(wrongCa).to.match(/cannot be read: .*: certificate: (?:unable|self-signed)/);
    const [noCertificate = ""] = await firstLines({ tls: tls() });
    // In TLS 1.3 a refusal may come as no more than a lost connection.
    expect(noCertificate).to.match(/cannot be read: .*: (?:certificate: refused|connection lost)/);
    expect(await firstLines({ tls: { caFile: "/nowhere/ca.crt" } })).to.deep.equal([
      "warn etcd's TLS files cannot be used: /nowhere/ca.crt cannot be read: ENOENT",
      unread("/nowhere/ca.crt cannot be read: ENOENT"),
    ]);
  });

  it("ask whether it speaks TLS, where it hangs up on http", async () => {
    const endpoints = etcd.endpoints.map((url) => url.replace("https:", "http:"));
    const pods = etcd.members.map(({ name }) => name);
    const [line] = await firstLines({ members: { endpoints, pods } });
    expect(line).to.equal(
      unread("connection lost: does it speak TLS? Then write https").replaceAll("https:", "http:"),
    );
  });

  it("name who is unhealthy, as a warning, and who is whose", async () => {
    const { name } = await etcd.leader();
    const follower = etcd.members.find((each) => each.name !== name);
    await follower?.stop();
    const lines = await firstLines({ tls: tls(etcd.tls.client) });
    expect(lines).to.have.length(2);
    expect(lines[0]).to.match(/^info etcd: members' pods: etcd-0 -> pod etcd-0, etcd-1 -> /);
    const down = `etcd: leader ${name}, 2 of 3 voters healthy: ${follower?.name} does not answer: `;
    expect(lines[1]).to.match(new RegExp(`^warn ${down}.`));
  });
});
