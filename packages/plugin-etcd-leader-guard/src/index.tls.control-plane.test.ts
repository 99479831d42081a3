import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { type EtcdCluster, startEtcd, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { type ClusterWritten, clusterOf, type Guard, guards } from "../test/guard.ts";

describe("etcd-leader-guard, certificates and permissions", () => {
  const open = guards();
  let etcd: EtcdCluster;
  before(async () => {
    etcd = await startEtcd({ members: 3, tls: "mutual", auth: true });
  });
  after(() => etcd.stop());

  const tlsOf = (files: { certFile: string; keyFile: string }, more: object = {}) =>
    // A name, because Node 26 takes an IP address for no server's name.
    ({ caFile: etcd.tls.caFile, ...files, serverName: "localhost", ...more });
  const guarded = (tls: ClusterWritten["tls"] = tlsOf(etcd.tls.client)) =>
    clusterOf(etcd, { ...(tls && { tls }), observeSeconds: 1 });

  async function leader(): Promise<string> {
    return (await etcd.leader()).name;
  }

  /** In these words, sooner or later: in TLS 1.3 a refusal may come as no more than a lost connection. */
  async function denies(guard: Guard, words: RegExp): Promise<void> {
    await waitUntil(
      async () => {
        const { allowed, message } = await guard.evicts(await leader());
        expect(allowed).to.equal(false);
        expect(message).to.match(words);
        return true;
      },
      { what: `${words}` },
    );
  }

  it("judges by mutual TLS, as the user that etcd takes it for", async () => {
    const guard = await open(guarded());
    expect((await guard.deletes(await leader())).message).to.include("3 of 3 voters healthy");
    const follower = etcd.members[0]?.name === (await leader()) ? "etcd-1" : "etcd-0";
    expect((await guard.evicts(follower)).allowed).to.equal(true);
  });

  it("denies where etcd does not take our certificate, and says so", async () => {
    const guard = await open(guarded(tlsOf(etcd.tls.stranger)));
    await denies(guard, /the cluster cannot be read: .*certificate: refused by the member/);
  });

  it("denies where we do not take etcd's, and says so", async () => {
    const tls = tlsOf(etcd.tls.client, { caFile: etcd.tls.strangerCaFile });
    const guard = await open(guarded(tls));
    await denies(guard, /the cluster cannot be read: .*certificate: unable to verify/);
    const name = tlsOf(etcd.tls.client, { serverName: "etcd.example.com" });
    const other = await open(guarded(name));
    await denies(other, /the cluster cannot be read: .*does not match/);
  });

  it("denies where etcd lets us in and tells us nothing", async () => {
    const guard = await open(guarded(tlsOf(etcd.tls.guest)));
    await denies(guard, /the cluster cannot be read: .*permission denied/);
    expect(guard.metric("leader_known")).to.equal(0);
  });

  it("takes up a certificate that replaces an expired one, without a restart", async () => {
    const files = { certFile: join(etcd.dir, "own.crt"), keyFile: join(etcd.dir, "own.key") };
    await etcd.tls.issueClient(files, { expired: true });
    const guard = await open(guarded(tlsOf(files)));
    await denies(guard, /certificate: refused by the member \(.*expired/);
    await etcd.tls.issueClient(files);
    await denies(guard, /3 of 3 voters healthy/);
  });

  it("takes up a new certificate before it needs it, and bears half of one", async () => {
    const files = { certFile: join(etcd.dir, "new.crt"), keyFile: join(etcd.dir, "new.key") };
    await etcd.tls.issueClient(files);
    const guard = await open(guarded(tlsOf(files)));
    await denies(guard, /3 of 3/);
    // Another's key: nothing is taken up, and the old pair serves on.
    await copyFile(etcd.tls.stranger.keyFile, files.keyFile);
    await denies(guard, /3 of 3/);
    // What guest may do shows that guest's is in use: nothing failed that made it look.
    await copyFile(etcd.tls.guest.certFile, files.certFile);
    await copyFile(etcd.tls.guest.keyFile, files.keyFile);
    await denies(guard, /permission denied/);
  });
});
