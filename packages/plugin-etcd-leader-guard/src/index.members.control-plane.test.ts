import { startEtcd, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { describe, it } from "mocha";
import { clearGrants, grantedMembers, storedGrants } from "../test/etcd-keys.ts";
import { clusterOf, guards } from "../test/guard.ts";

describe("etcd-leader-guard, as many members as there are", () => {
  const open = guards();

  it("the only voter: by policy, and without a grant", async () => {
    await using etcd = await startEtcd({ members: 1 });
    const [denying, allowing] = [
      await open(clusterOf(etcd)),
      await open(clusterOf(etcd, { singleMember: "allow", leader: "transfer" })),
    ];
    expect((await denying.evicts("etcd-0")).message).to.include(
      '1 of 1 voters healthy, quorum 1. It is the only voter: without it there is no etcd. Set "singleMember: allow"',
    );
    expect((await allowing.evicts("etcd-0")).allowed).to.equal(true);
    expect(await storedGrants(etcd)).to.deep.equal([]);
  });

  it("one of two: by policy, and then one at a time, the leader not unasked", async () => {
    await using etcd = await startEtcd({ members: 2 });
    const { name: leader } = await etcd.leader();
    const follower = etcd.members.find(({ name }) => name !== leader)?.name as string;
    const denying = await open(clusterOf(etcd));
    for (const pod of [leader, follower]) {
      expect((await denying.deletes(pod)).message).to.include(
        "2 of 2 voters healthy, quorum 2. Two voters have no quorum without one of them.",
      );
    }
    const allowing = await open(clusterOf(etcd, { twoMembers: "allow" }));
    expect((await allowing.deletes(leader)).message).to.include("is the leader");
    expect((await allowing.deletes(follower)).allowed).to.equal(true);
    expect((await allowing.deletes(leader)).message).to.include("Leave to go is with");
    await clearGrants(etcd);
    const moving = await open(clusterOf(etcd, { twoMembers: "allow", leader: "transfer" }));
    expect((await moving.deletes(leader)).allowed).to.equal(true);
    expect((await etcd.leader()).name).to.equal(follower);
    expect((await moving.deletes(follower)).allowed).to.equal(false);
  });

  it("five: two at a time, and no third", async () => {
    await using etcd = await startEtcd({ members: 5 });
    const { name: leader } = await etcd.leader();
    const followers = etcd.members.map(({ name }) => name).filter((name) => name !== leader);
    const [one, two, three] = followers as [string, string, string, string];
    const guard = await open(clusterOf(etcd));
    for (const pod of [one, two]) {
      expect((await guard.deletes(pod)).allowed, pod).to.equal(true);
    }
    expect((await guard.deletes(three)).message).to.match(
      /without etcd-\d as well, 2 would be left/,
    );
    expect(await grantedMembers(etcd)).to.deep.equal([one, two]);
    await clearGrants(etcd);
    await etcd.member(one).stop("SIGKILL");
    expect((await guard.deletes(two)).allowed).to.equal(true);
    expect((await guard.deletes(three)).allowed, "one is dead").to.equal(false);
  });

  it("a learner, by policy; it counts for no quorum, and gets no leadership", async () => {
    await using etcd = await startEtcd({ members: 2 });
    const { name } = await etcd.addMember({ learner: true });
    const guard = await open(clusterOf(etcd));
    await waitUntil(async () => (await guard.deletes(name)).message.includes("a learner"), {
      what: "the learner to be known",
    });
    expect((await guard.evicts(name)).message).to.match(
      /is a learner \(member etcd-2, term \d+\); 2 of 2 voters healthy, quorum 2\. A learner that goes has to catch up anew/,
    );
    expect((await guard.deletes("etcd-0")).message).to.include("2 of 2 voters");
    const allowing = await open(
      clusterOf(etcd, { learner: "allow", twoMembers: "allow", leader: "transfer" }),
    );
    expect((await allowing.deletes(name)).allowed).to.equal(true);
    expect(await grantedMembers(etcd), "it may be promoted").to.deep.equal([name]);
    const { name: leader } = await etcd.leader();
    expect((await allowing.deletes(leader)).allowed).to.equal(true);
    expect((await etcd.leader()).name).not.to.be.oneOf([leader, name]);
  });

  it("a member that was added and never started counts, and is not healthy", async () => {
    await using etcd = await startEtcd({ members: 3 });
    const { name } = await etcd.addMember({ start: false });
    const { name: leader } = await etcd.leader();
    const [one, other] = etcd.members
      .map((member) => member.name)
      .filter((each) => each !== leader && each !== name) as [string, string];
    const guard = await open(clusterOf(etcd, { members: clusterOf(etcd).members }));
    expect((await guard.deletes(one)).message).to.match(
      /3 of 4 voters healthy, quorum 3\. Without it, 2 would be left\. Unhealthy: member [0-9a-f]+ has not started yet/,
    );
    // Its pod, to which no name leads yet: it may be any that is not listed.
    expect((await guard.deletes("etcd-9")).message).to.include("it is not known which");
    await etcd.member(name).start();
    await etcd.healthy();
    await waitUntil(async () => (await guard.deletes(other)).allowed, {
      what: "its start to show",
    });
  });
});
