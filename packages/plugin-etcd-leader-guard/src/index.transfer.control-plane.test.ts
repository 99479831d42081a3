import { type EtcdCluster, startEtcd, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { clearGrants, footprint, grantedMembers, storedGrants } from "../test/etcd-keys.ts";
import { clusterOf, guards } from "../test/guard.ts";

describe("etcd-leader-guard, leader: transfer", () => {
  const open = guards();
  let etcd: EtcdCluster;
  before(async () => {
    etcd = await startEtcd({ members: 3 });
  });
  after(() => etcd.stop());
  afterEach(() => clearGrants(etcd));

  it("moves the leadership, sees it moved, and only then lets the pod go", async () => {
    const guard = await open(clusterOf(etcd, { leader: "transfer" }));
    const { name: leader } = await etcd.leader();
    const { raftTerm } = await etcd.status(leader);
    const { allowed, warnings, audit } = await guard.deletes(leader);
    expect(allowed).to.equal(true);
    const statuses = await Promise.all(etcd.members.map(({ name }) => etcd.status(name)));
    const next = (await etcd.leader()).name;
    expect(next).not.to.equal(leader);
    const naming = statuses.filter((status) => status.leader === etcd.member(next).id);
    expect(naming, "at the moment of the answer").to.have.length.of.at.least(2);
    expect(BigInt(statuses[0]?.raftTerm ?? 0), "by one election").to.equal(BigInt(raftTerm) + 1n);
    expect(warnings).to.deep.equal([`etcd cluster "main": the leadership was moved to ${next}`]);
    expect(audit).to.deep.equal({ grant: `main: ${leader}`, transfer: `main: to ${next}` });
    expect(await grantedMembers(etcd)).to.deep.equal([leader]);
  });

  it("does not move it to a member that may go, nor where too few would be left", async () => {
    const guard = await open(clusterOf(etcd, { leader: "transfer" }));
    const { name: leader } = await etcd.leader();
    const follower = etcd.members.find(({ name }) => name !== leader)?.name as string;
    expect((await guard.evicts(follower)).allowed).to.equal(true);
    const denied = await guard.evicts(leader);
    expect(denied).to.include({ allowed: false, code: 429 });
    expect(denied.message).to.include(`Leave to go is with pod ${follower} `);
    expect((await etcd.leader()).name).to.equal(leader);
  });

  it("moves nothing on a dry run", async () => {
    const guard = await open(clusterOf(etcd, { leader: "transfer" }));
    const { name: leader } = await etcd.leader();
    const before = { ...(await footprint(etcd)), ...(await etcd.status(leader)) };
    expect((await guard.deletes(leader, { dryRun: true })).allowed).to.equal(true);
    expect((await guard.evicts(leader, { deleteOptions: { dryRun: ["All"] } })).allowed).to.equal(
      true,
    );
    expect({ ...(await footprint(etcd)), ...(await etcd.status(leader)) }).to.deep.equal(before);
  });

  it("is denied by the other cluster that claims the pod, and moves nothing then", async () => {
    const [one, other] = [clusterOf(etcd, { leader: "transfer" }), clusterOf(etcd)];
    const silent = { endpoints: ["http://127.0.0.1:1"], pods: ["etcd-0"] };
    const unreachable = { ...other, name: "other", members: silent };
    const { name: leader } = await etcd.leader();
    for (const clusters of [
      [unreachable, one],
      [one, unreachable],
    ]) {
      const guard = await open({ clusters });
      const before = (await etcd.leader()).name;
      const pod =
        clusters[0] === one ? etcd.members.find(({ name }) => name !== leader)?.name : leader;
      const denied = await guard.deletes(pod as string);
      expect(denied).to.deep.include({ allowed: false, code: 403, warnings: [], audit: {} });
      expect(denied.message).to.include('etcd cluster "other": pod ');
      expect((await etcd.leader()).name).to.equal(before);
      await waitUntil(async () => (await storedGrants(etcd)).length === 0, {
        what: "it be undone",
      });
    }
  });
});

describe("etcd-leader-guard, a transfer that comes to nothing", () => {
  const open = guards();

  it("denies, and gives the grant back", async () => {
    // So long an election that its isolation does not show before the transfer fails.
    await using etcd = await startEtcd({ members: 3, proxied: true, electionMs: 3_000 });
    const { name: leader, id } = await etcd.leader();
    const voters = (await etcd.memberList()).filter((entry) => entry.id !== id);
    const [target, other] = voters.map(({ name }) => name) as [string, string];
    const guard = await open(clusterOf(etcd, { leader: "transfer", callTimeoutMilliseconds: 500 }));
    etcd.member(target).isolate();
    const denied = await guard.evicts(leader);
    expect(denied).to.include({ allowed: false, code: 429 });
    expect(denied.message).to.include(
      `Its leadership was to go to ${target}, and did not: no answer within 500 ms. Try again, or move it by hand: etcdctl move-leader `,
    );
    expect(guard.metric("verdicts_total", { reason: "transfer-failed" })).to.equal(1);
    etcd.member(target).rejoin();
    await waitUntil(async () => (await storedGrants(etcd)).length === 0, { what: "it be undone" });
    await etcd.healthy();
    const { name: now } = await etcd.leader();
    const follower = now === other ? target : other;
    expect((await guard.evicts(follower)).allowed).to.equal(true);
  });
});
