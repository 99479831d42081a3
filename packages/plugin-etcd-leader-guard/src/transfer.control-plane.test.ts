import { type EtcdCluster, type EtcdMember, startEtcd } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { type Connections, createConnections } from "./connections.ts";
import { type Transferred, transferLeadership } from "./transfer.ts";

describe("transferLeadership(connections, transfer)", () => {
  let etcd: EtcdCluster;
  let connections: Connections;
  before(async () => {
    etcd = await startEtcd({ members: 3, proxied: true });
    connections = await createConnections({ endpoints: etcd.endpoints });
  });
  after(async () => {
    await connections.close();
    await etcd.stop();
  });
  afterEach(async () => {
    for (const member of etcd.members) {
      member.resume();
      member.rejoin();
      await member.proxy.forward();
    }
    await etcd.healthy();
  });

  /** The leader, and the others. */
  async function roles(): Promise<[EtcdMember, EtcdMember, EtcdMember]> {
    const leader = await etcd.leader();
    const others = etcd.members.filter((member) => member !== leader);
    return [leader, ...others] as [EtcdMember, EtcdMember, EtcdMember];
  }

  function transfer(from: EtcdMember, targetId: string, withinMs = 5_000): Promise<Transferred> {
    return transferLeadership(connections, {
      leaderEndpoint: from.endpoint,
      targetId,
      voterIds: etcd.members.map(({ id }) => id),
      timeoutMs: 1_000,
      withinMs,
    });
  }

  it("makes the named member the leader, and says so when a majority does", async () => {
    const [leader, , target] = await roles();
    expect(await transfer(leader, target.id)).to.deep.equal({ moved: true });
    const named = await Promise.all(etcd.members.map(({ name }) => etcd.status(name)));
    expect(named.filter((status) => status.leader === target.id)).to.have.length.at.least(2);
  });

  it("refuses ids that are no voter's, and changes nothing", async () => {
    const [leader] = await roles();
    // The next one: as a `number` it is the same.
    const near = String(BigInt(leader.id) + 1n);
    const refused = { moved: false, why: "bad leader transferee" };
    expect(await transfer(leader, near)).to.deep.equal(refused);
    expect(await etcd.leader()).to.equal(leader);
  });

  it("goes by what the voters say, whatever is answered at the endpoint", async () => {
    const [leader, follower, target] = await roles();
    const refused = { moved: false, why: "not leader" };
    expect(await transfer(follower, target.id)).to.deep.equal(refused);
    expect(await transfer(follower, leader.id), "it is already").to.deep.equal({ moved: true });
  });

  it("tells a move whose answer is lost from one that was not made", async () => {
    const [leader, , target] = await roles();
    await leader.proxy.delay(1_500);
    expect(await transfer(leader, target.id)).to.deep.equal({ moved: true });
    expect(await etcd.leader()).to.equal(target);
  });

  it("gives up in time where nobody comes to lead", async () => {
    const [leader, , target] = await roles();
    await target.freeze();
    const began = performance.now();
    const { moved } = await transfer(leader, target.id, 600);
    expect(moved).to.equal(false);
    expect(performance.now() - began).to.be.below(3_000);
  });

  it("does not believe a minority", async () => {
    const [leader, other, target] = await roles();
    await other.proxy.refuse();
    await leader.proxy.refuse();
    expect(await transfer(target, target.id)).to.include({ moved: false });
    await leader.proxy.forward();
    await other.proxy.forward();
    await etcd.moveLeader(target.name);
    await other.proxy.refuse();
    await leader.proxy.refuse();
    expect(await transfer(target, target.id, 300)).to.include({ moved: false });
  });

  it("says that the leader cannot be reached", async () => {
    const [leader, , target] = await roles();
    await leader.proxy.refuse();
    const { moved, why } = (await transfer(leader, target.id)) as { moved: false; why: string };
    expect({ moved, why }).to.deep.include({ moved: false });
    expect(why).to.match(/^connection (refused|lost)$/);
  });
});
