import { type EtcdCluster, startEtcd } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { clearGrants, grantedMembers } from "../test/etcd-keys.ts";
import { clusterOf, guards } from "../test/guard.ts";

describe("etcd-leader-guard, endpoints of two clusters", () => {
  const open = guards();
  let ours: EtcdCluster;
  let theirs: EtcdCluster;
  before(async () => {
    [ours, theirs] = await Promise.all([startEtcd({ members: 3 }), startEtcd({ members: 3 })]);
  });
  after(() => Promise.all([ours.stop(), theirs.stop()]));
  afterEach(() => Promise.all([clearGrants(ours), clearGrants(theirs)]));

  const mixing = (endpoints: readonly string[]) =>
    clusterOf(ours, {
      callTimeoutMilliseconds: 300,
      members: { ...clusterOf(ours).members, endpoints: [...endpoints] },
    });

  it("denies where neither is in the majority, and names both", async () => {
    const guard = await open(mixing([...ours.endpoints, ...theirs.endpoints]));
    const [one, other] = [await ours.status("etcd-0"), await theirs.status("etcd-0")];
    for (const pod of ["etcd-0", "etcd-1", "etcd-2"]) {
      const { message } = await guard.deletes(pod);
      expect(message).to.include("cannot be read: split brain: ");
      expect(message).to.include(`answered for cluster id ${one.clusterId}`);
      expect(message).to.include(`answered for cluster id ${other.clusterId}`);
    }
    expect(await grantedMembers(ours)).to.deep.equal([]);
    expect(await grantedMembers(theirs)).to.deep.equal([]);
  });

  it("believes the majority where one stray endpoint is listed, and says so", async () => {
    const stray = theirs.endpoints[0] as string;
    const guard = await open(mixing([stray, ...ours.endpoints]));
    const leader = await ours.leader();
    const { message } = await guard.deletes(leader.name);
    expect(message).to.include(`pod ${leader.name} is the leader`);
    const { clusterId } = await theirs.status("etcd-0");
    expect(message).to.match(new RegExp(`Note: .* answers for cluster id ${clusterId}, not `));
  });

  it("takes its grants in the cluster itself, whichever endpoint comes first and whoever is silent", async () => {
    // So long an election that the silent leader stays the leader.
    await using five = await startEtcd({ members: 5, electionMs: 5_000 });
    const { members } = clusterOf(five);
    const endpoints = [theirs.endpoints[0] as string, ...five.endpoints];
    const guard = await open(
      clusterOf(five, { callTimeoutMilliseconds: 300, members: { ...members, endpoints } }),
    );
    const leader = await five.leader();
    const follower = five.members.find((member) => member !== leader)?.name as string;
    expect((await guard.deletes(follower, { dryRun: true })).allowed).to.equal(true);
    await leader.freeze();
    // Too few are lost to deny it for that; and nobody can write.
    const { message } = await guard.deletes(follower);
    expect(message).to.include("its leave to go could not be kept in etcd");
    leader.resume();
    await five.healthy();
    expect(await grantedMembers(theirs)).to.deep.equal([]);
  });
});
