import { type EtcdCluster, startEtcd, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import {
  clearGrants,
  footprint,
  grantedMembers,
  lifeOf,
  statusCalls,
  storedGrants,
} from "../test/etcd-keys.ts";
import { clusterOf, guards } from "../test/guard.ts";

describe("etcd-leader-guard, three members", () => {
  const open = guards();
  let etcd: EtcdCluster;
  before(async () => {
    etcd = await startEtcd({ members: 3 });
  });
  after(() => etcd.stop());
  afterEach(() => clearGrants(etcd));

  /** The leader's name, and the others'. */
  async function roles(): Promise<[leader: string, one: string, other: string]> {
    const { name: leader } = await etcd.leader();
    const followers = etcd.members.map(({ name }) => name).filter((name) => name !== leader);
    return [leader, ...followers] as [string, string, string];
  }

  it("denies the leader: a DELETE by 403, an eviction by 429 and when to try again", async () => {
    const [leader] = await roles();
    const guard = await open(clusterOf(etcd, { retryAfterSeconds: 7 }));
    const { raftTerm } = await etcd.status(leader);
    const deleted = await guard.deletes(leader);
    expect(deleted).to.include({ allowed: false, code: 403, retryAfterSeconds: undefined });
    expect(deleted.message).to.include(
      `etcd cluster "main": pod ${leader} is the leader (member ${leader}, term ${raftTerm}); 3 of 3 voters healthy, quorum 2. Move the leadership first: etcdctl move-leader `,
    );
    const evicted = await guard.evicts(leader);
    expect(evicted).to.include({ allowed: false, code: 429, retryAfterSeconds: 7 });
    expect(evicted.message).to.equal(deleted.message);
    expect(await storedGrants(etcd)).to.deep.equal([]);
    expect(guard.metric("verdicts_total", { verdict: "deny", reason: "leader" })).to.equal(2);
  });

  it("grants one follower, in etcd, and denies the other while that lives", async () => {
    const [, one, other] = await roles();
    const guard = await open(clusterOf(etcd));
    const replica = await open(clusterOf(etcd));
    const granted = await guard.deletes(one);
    expect(granted).to.deep.include({
      allowed: true,
      warnings: [],
      audit: { grant: `main: ${one}` },
    });
    const [grant, ...more] = await storedGrants(etcd);
    expect(more).to.deep.equal([]);
    const { id } = etcd.member(one);
    expect(grant?.key).to.equal(`/gatewright.dev/etcd-leader-guard/v1/grants/${id}`);
    const { since, ...value } = grant?.value ?? {};
    expect(value).to.deep.equal({
      member: one,
      pod: one,
      podUid: `uid-of-${one}`,
      forced: false,
      gone: false,
    });
    expect(Date.now() - Date.parse(since as string)).to.be.within(0, 60_000);
    for (const each of [guard, replica]) {
      const denied = await each.evicts(other);
      expect(denied).to.include({ allowed: false, code: 429 });
      expect(denied.message).to.include(
        `Leave to go is with pod ${one} (since ${since as string}) until healthy again; without ${other} as well, 1 would be left.`,
      );
    }
    expect(await grantedMembers(etcd)).to.deep.equal([one]);
    expect(guard.metric("grants_held")).to.equal(1);
    expect(replica.metric("verdicts_total", { reason: "granted-elsewhere" })).to.equal(1);
  });

  it("lets the pod that has the grant be asked for again, by another replica too", async () => {
    const [, one] = await roles();
    const guard = await open(clusterOf(etcd));
    const replica = await open(clusterOf(etcd));
    expect((await guard.evicts(one)).allowed).to.equal(true);
    const [first] = await storedGrants(etcd);
    expect((await guard.deletes(one)).allowed).to.equal(true);
    expect((await replica.deletes(one)).allowed).to.equal(true);
    const [last, ...more] = await storedGrants(etcd);
    expect(more).to.deep.equal([]);
    expect(last?.lease, "it lives anew").not.to.equal(first?.lease);
    await waitUntil(async () => (await footprint(etcd)).leases === 1, {
      what: "the leases of the former to be given back",
    });
  });

  it("gives a grant the time that its pod may take: grantSeconds, or the grace period and 30 s", async () => {
    const [, one] = await roles();
    const guard = await open(clusterOf(etcd, { grantSeconds: 60 }));
    const lives = async () => lifeOf(etcd, (await storedGrants(etcd))[0]?.lease ?? "0");
    await guard.evicts(one);
    expect((await lives()).granted).to.equal(60);
    await guard.deletes(one, { options: { gracePeriodSeconds: 300 } });
    expect((await lives()).granted).to.equal(330);
    await guard.evicts(one, { deleteOptions: { gracePeriodSeconds: 100 } });
    expect((await lives()).granted).to.equal(130);
    expect((await lives()).left).to.be.within(100, 130);
    await guard.evicts(one, { deleteOptions: { gracePeriodSeconds: 1e15 } });
    expect((await lives()).granted).to.equal(86_400);
  });

  it("keeps a lease in store, under which a grant lives a quarter longer", async () => {
    const [, one, other] = await roles();
    const guard = await open(clusterOf(etcd, { observeSeconds: 15 }));
    expect((await footprint(etcd)).leases).to.equal(1);
    expect((await guard.evicts(one)).allowed).to.equal(true);
    const lives = async () => lifeOf(etcd, (await storedGrants(etcd))[0]?.lease ?? "0");
    expect((await lives()).granted).to.equal(150);
    await waitUntil(async () => (await footprint(etcd)).leases === 2, { what: "the next one" });
    // It goes with all others: one is asked for then.
    await clearGrants(etcd);
    expect((await guard.evicts(other)).allowed).to.equal(true);
    expect((await lives()).granted).to.equal(120);
    expect((await guard.deletes(other, { options: { gracePeriodSeconds: 200 } })).allowed).to.equal(
      true,
    );
    expect((await lives()).granted, "longer than the one in store").to.equal(230);
    await guard.pipeline.close();
    await waitUntil(async () => (await footprint(etcd)).leases === 1, {
      what: "all but the grant's own to be given back",
    });
  });

  it("gives back a grant that it took before it saw what had happened", async () => {
    const [, one, other] = await roles();
    const guard = await open(clusterOf(etcd, { observeSeconds: 15 }));
    const before = await footprint(etcd);
    await etcd.member(one).stop("SIGKILL");
    try {
      const denied = await guard.evicts(other);
      expect(denied.message).to.include("Without it, 1 would be left.");
      await waitUntil(
        async () => {
          const { revision } = await footprint(etcd);
          return BigInt(revision) > BigInt(before.revision) + 1n;
        },
        { what: "it to be taken and given back" },
      );
      expect(await storedGrants(etcd)).to.deep.equal([]);
    } finally {
      await etcd.member(one).start();
      await etcd.healthy();
    }
  });

  it("writes nothing on a dry run, wherever that stands", async () => {
    const [leader, one, other] = await roles();
    const guard = await open(clusterOf(etcd, { leader: "transfer" }));
    const before = await footprint(etcd);
    for (const pod of [leader, one, other]) {
      expect((await guard.deletes(pod, { dryRun: true })).allowed, pod).to.equal(true);
      const inside = await guard.evicts(pod, { deleteOptions: { dryRun: ["All"] } });
      expect(inside, pod).to.deep.include({ allowed: true, warnings: [], audit: {} });
    }
    expect(await footprint(etcd)).to.deep.equal(before);
    expect((await etcd.leader()).name).to.equal(leader);
    // And it is told of a grant that another replica has taken meanwhile.
    const replica = await open(clusterOf(etcd));
    expect((await replica.deletes(one)).allowed).to.equal(true);
    expect((await guard.deletes(other, { dryRun: true })).message).to.include(
      "Leave to go is with",
    );
  });

  it("does not hold others up for as long as one asks that cannot go", async () => {
    const [, one, other] = await roles();
    const guard = await open(clusterOf(etcd, { grantSeconds: 5 }));
    expect((await guard.evicts(one)).allowed).to.equal(true);
    const [first] = await storedGrants(etcd);
    const denied = await waitUntil(
      async () => {
        const verdict = await guard.evicts(one);
        return verdict.allowed ? undefined : verdict;
      },
      { what: "it to be refused" },
    );
    expect(denied).to.include({ code: 429 });
    expect(denied?.message).to.include(
      `It has had leave to go since ${first?.value["since"] as string} and has not gone`,
    );
    const [last] = await storedGrants(etcd);
    expect(last?.value["since"]).to.equal(first?.value["since"]);
    expect(last?.lease, "it was renewed").not.to.equal(first?.lease);
    await waitUntil(async () => (await guard.evicts(other)).allowed, { what: "its end" });
    expect(await grantedMembers(etcd)).to.deep.equal([other]);
  });

  it("lets go of a grant whose lease has ended", async () => {
    const [, one, other] = await roles();
    const guard = await open(clusterOf(etcd, { grantSeconds: 5 }));
    expect((await guard.evicts(one)).allowed).to.equal(true);
    expect((await guard.evicts(other)).allowed).to.equal(false);
    await waitUntil(async () => (await guard.evicts(other)).allowed, { what: "the grant to end" });
    expect(await grantedMembers(etcd)).to.deep.equal([other]);
  });

  it("does not take a silent member for one that was away", async () => {
    const [, one, other] = await roles();
    const guard = await open(clusterOf(etcd, { callTimeoutMilliseconds: 200 }));
    expect((await guard.deletes(one)).allowed).to.equal(true);
    await etcd.member(one).freeze();
    try {
      await waitUntil(() => guard.metric("members_healthy") === 2, { what: "it to be missed" });
    } finally {
      etcd.member(one).resume();
    }
    await waitUntil(() => guard.metric("members_healthy") === 3, { what: "it to be back" });
    const before = await statusCalls(etcd, other);
    await waitUntil(async () => (await statusCalls(etcd, other)) > before + 2, {
      what: "two more looks",
    });
    expect(await storedGrants(etcd)).to.have.length(1);
    expect((await guard.deletes(other)).allowed).to.equal(false);
  });
});
