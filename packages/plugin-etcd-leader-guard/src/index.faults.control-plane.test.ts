import { deletes } from "@gatewright/testing";
import {
  type EtcdCluster,
  type EtcdMember,
  startEtcd,
  waitUntil,
} from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { clearGrants, grantedMembers } from "../test/etcd-keys.ts";
import { clusterOf, guards } from "../test/guard.ts";
import { podOf } from "../test/pods.ts";

/** Short, so that a member that is silent costs a test little. */
const quick = { callTimeoutMilliseconds: 300 };

describe("etcd-leader-guard, faults of etcd", () => {
  const open = guards();
  let etcd: EtcdCluster;
  before(async () => {
    etcd = await startEtcd({ members: 3, proxied: true });
  });
  after(() => etcd.stop());
  afterEach(async () => {
    for (const member of etcd.members) {
      member.resume();
      member.rejoin();
      await member.proxy.forward();
      await member.start();
    }
    await etcd.healthy();
    await clearGrants(etcd);
  });

  async function roles(): Promise<[leader: EtcdMember, one: EtcdMember, other: EtcdMember]> {
    const leader = await etcd.leader();
    return [leader, ...etcd.members.filter((each) => each !== leader)] as [
      EtcdMember,
      EtcdMember,
      EtcdMember,
    ];
  }

  it("a frozen leader is the leader, until the others have elected another", async () => {
    const [leader, one] = await roles();
    for (const policy of ["deny", "transfer"] as const) {
      const guard = await open(clusterOf(etcd, { ...quick, leader: policy }));
      await leader.freeze();
      // As the others see it: for a second it leads, then nobody, then one of them does.
      const first = await guard.evicts(leader.name);
      expect(first).to.include({ allowed: false, code: 429 });
      expect(first.message).to.match(/cannot be read|the leader|Without it, 2 would be left/);
      const next = await etcd.leader({ otherThan: leader.name });
      await waitUntil(
        async () => {
          const { message } = await guard.evicts(next.name);
          return (
            message.includes("the leader (member") && message.includes("2 of 3 voters healthy")
          );
        },
        { what: "the new leader to be known" },
      );
      const last = etcd.members.find((each) => each !== leader && each !== next) as EtcdMember;
      const follower = await guard.evicts(last.name);
      expect(follower).to.include({ allowed: false });
      expect(follower.message).to.match(
        /quorum 2\. Without it, 1 would be left\. Unhealthy: .* does not answer/,
      );
      expect(await grantedMembers(etcd), one.name).to.deep.equal([]);
      // What does not answer is no loss.
      expect((await guard.evicts(leader.name)).allowed).to.equal(true);
      leader.resume();
      await etcd.healthy();
      await clearGrants(etcd);
      await etcd.moveLeader(leader.name);
    }
  });

  it("without a quorum nothing may go, and everybody is told why", async () => {
    const [leader, one, other] = await roles();
    const guard = await open(clusterOf(etcd, quick));
    const unknowing = { unreadable: "allow" as const };
    await Promise.all([one.stop("SIGKILL"), other.stop("SIGKILL")]);
    for (const { name } of etcd.members) {
      const denied = await guard.deletes(name);
      expect(denied, name).to.include({ allowed: false, code: 403 });
      expect(denied.message).to.include(
        `pod ${name} may be a member, and the cluster cannot be read: 1 of 3 voters answered, quorum 2 (`,
      );
    }
    expect((await guard.evicts(leader.name)).code).to.equal(429);
    expect(guard.metric("leader_known")).to.equal(0);
    expect(guard.metric("members_healthy")).to.equal(0);
    expect(guard.metric("members")).to.equal(3);
    // One that starts now may know no member list, and finds words all the same.
    const late = await open(clusterOf(etcd, quick));
    expect((await late.deletes(leader.name)).message).to.match(
      /cannot be read: .*http:\S+: connection (refused|lost)/,
    );
    const careless = await open(clusterOf(etcd, { ...quick, ...unknowing }));
    expect((await careless.deletes(leader.name)).allowed).to.equal(true);
    expect(careless.metric("verdicts_total", { verdict: "allow", reason: "unreadable" })).to.equal(
      1,
    );
  });

  it("one of three killed: the other follower stays, the dead one may go", async () => {
    const [, one, other] = await roles();
    const guard = await open(clusterOf(etcd, quick));
    await one.stop("SIGKILL");
    const denied = await guard.deletes(other.name);
    expect(denied.message).to.include(
      "2 of 3 voters healthy, quorum 2. Without it, 1 would be left.",
    );
    expect(denied.message).to.include(`Unhealthy: ${one.name} does not answer: connection`);
    expect((await guard.deletes(one.name)).allowed).to.equal(true);
  });

  it("a member that is cut off from the others counts as lost, though it answers", async () => {
    const [leader, one, other] = await roles();
    const guard = await open(clusterOf(etcd, quick));
    one.isolate();
    await waitUntil(async () => (await etcd.status(one.name)).leader === "0", { what: "its end" });
    expect((await guard.deletes(other.name)).message).to.include(
      `Unhealthy: ${one.name} reports etcdserver: no leader.`,
    );
    expect((await guard.deletes(one.name)).allowed).to.equal(true);
    one.rejoin();
    await etcd.healthy();
    await clearGrants(etcd);
    // And a leader that is cut off is none: its own word does not count.
    leader.isolate();
    const next = await etcd.leader({ otherThan: leader.name });
    const denied = await guard.deletes(next.name);
    expect(denied.message).to.include(`pod ${next.name} is the leader (member ${next.name}`);
  });

  it("a member in a black hole costs one call's time, and counts as lost", async () => {
    const [leader, one, other] = await roles();
    const guard = await open(clusterOf(etcd, quick));
    await one.proxy.blackHole();
    const began = performance.now();
    const denied = await guard.deletes(other.name);
    expect(performance.now() - began).to.be.below(3_000);
    expect(denied.message).to.include(
      `Unhealthy: ${one.name} does not answer: no answer within 300 ms`,
    );
    expect((await guard.deletes(leader.name)).message).to.include("is the leader");
    await one.proxy.forward();
    await waitUntil(async () => (await guard.deletes(other.name)).allowed, { what: "it to heal" });
  });

  it("finds the cluster past endpoints where nobody is, listed first", async () => {
    const [leader, one, other] = await roles();
    await one.proxy.blackHole();
    const { members } = clusterOf(etcd);
    const endpoints = ["http://127.0.0.1:1", one.endpoint, leader.endpoint, other.endpoint];
    const guard = await open(clusterOf(etcd, { ...quick, members: { ...members, endpoints } }));
    expect((await guard.deletes(leader.name)).message).to.include("is the leader");
    expect((await guard.deletes(other.name)).message).to.include("1 would be left");
    await one.proxy.forward();
    await waitUntil(async () => (await guard.deletes(other.name)).allowed, { what: "it to heal" });
  });

  it("a slow member is healthy while it answers in time", async () => {
    const [leader, one, other] = await roles();
    const guard = await open(clusterOf(etcd));
    await one.proxy.delay(150);
    expect((await guard.deletes(leader.name)).message).to.include("3 of 3 voters healthy");
    expect((await guard.deletes(other.name)).allowed).to.equal(true);
    expect((await guard.deletes(one.name)).message).to.include(
      `Leave to go is with pod ${other.name}`,
    );
  });

  it("answers in words before the deadline of a webhook that is in a hurry", async () => {
    const [leader, one, other] = await roles();
    const guard = await open(clusterOf(etcd, { callTimeoutMilliseconds: 25_000 }));
    await one.proxy.blackHole();
    for (const timeoutMs of [900, 1_800]) {
      const denied = await guard.review(deletes(podOf(other.name)), timeoutMs);
      expect(denied.message).to.include("1 would be left");
    }
    // Where even that is too much to ask, it says so, and what comes of it later is undone.
    for (const each of [leader, other]) await each.proxy.blackHole();
    const denied = await guard.review(deletes(podOf(other.name)), 900);
    expect(denied.message).to.include("the cluster cannot be read: ");
    for (const each of etcd.members) await each.proxy.forward();
    await etcd.healthy();
    expect(await grantedMembers(etcd)).to.deep.equal([]);
  });
});
