import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { type EtcdCluster, startEtcd, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, describe, it } from "mocha";
import { grantedMembers } from "../test/etcd-keys.ts";
import { clusterOf, guards } from "../test/guard.ts";

/** One port on 127.0.0.1, .2 and so on, as members have one port and a name each. */
async function reachAll(etcd: EtcdCluster): Promise<{ port: number; close: () => Promise<void> }> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  let port = 0;
  for (const [index, { directEndpoint }] of etcd.members.entries()) {
    const target = Number(new URL(directEndpoint).port);
    const server = createServer((socket) => {
      const member = connect(target, "127.0.0.1");
      for (const each of [socket, member]) {
        sockets.add(each);
        each.once("close", () => sockets.delete(each));
      }
      pipeline(socket, member, socket, () => {});
    });
    server.listen(port, `127.0.0.${index + 1}`);
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
    servers.push(server);
  }
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map((server) => once(server.close(), "close")));
  };
  return { port, close };
}

describe("etcd-leader-guard, members by a template", () => {
  const open = guards();
  const closers: (() => Promise<void>)[] = [];
  after(() => Promise.all(closers.map((close) => close())));

  it("reaches by it whom the cluster names, beginning with one pod", async function () {
    // Only Linux has all of 127.0.0.0/8.
    if (process.platform !== "linux") this.skip();
    await using etcd = await startEtcd({ members: ["1", "2", "3"] });
    const { port, close } = await reachAll(etcd);
    closers.push(close);
    const members = { template: `http://127.0.0.{pod}:${port}`, pods: ["1"] };
    const guard = await open(clusterOf(etcd, { members, observeSeconds: 1 }));
    const { name: leader } = await etcd.leader();
    // From the one member it has the list: all are asked from the second look on.
    await waitUntil(() => guard.metric("members_healthy") === 3, { what: "all to be reached" });
    for (const pod of ["1", "2", "3"]) {
      const { allowed, message } = await guard.deletes(pod, { dryRun: true });
      expect(allowed, pod).to.equal(pod !== leader);
      if (pod === leader) expect(message).to.include("3 of 3 voters healthy");
    }
    const [one, other] = ["1", "2", "3"].filter((name) => name !== leader) as [string, string];
    expect((await guard.evicts(one)).allowed).to.equal(true);
    expect((await guard.evicts(other)).allowed, "known by the list alone").to.equal(false);
    expect(await grantedMembers(etcd)).to.deep.equal([one]);
  });

  it("goes on reaching members that are not called after their hosts", async function () {
    if (process.platform !== "linux") this.skip();
    await using etcd = await startEtcd({ members: ["a", "b", "c"] });
    const { port, close } = await reachAll(etcd);
    closers.push(close);
    const template = `http://127.0.0.{pod}:${port}`;
    const members = { template, pods: ["1", "2", "3"] };
    const guard = await open(clusterOf(etcd, { members }));
    for (let look = 0; look < 3; look++) {
      const { message } = await guard.deletes("1", { dryRun: true });
      expect(message).to.include("pod 1 may be a member, and it is not known which");
      expect(guard.metric("members_healthy")).to.equal(3);
    }
  });
});
