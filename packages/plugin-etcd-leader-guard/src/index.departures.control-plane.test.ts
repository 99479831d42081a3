import { deletes } from "@gatewright/testing";
import {
  type EtcdCluster,
  type EtcdMember,
  startEtcd,
  waitUntil,
} from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { clearGrants, footprint, statusCalls, storedGrants } from "../test/etcd-keys.ts";
import { clusterOf, guards } from "../test/guard.ts";
import { podOf } from "../test/pods.ts";

describe("etcd-leader-guard, the end of a grant", () => {
  const open = guards();
  let etcd: EtcdCluster;
  before(async () => {
    etcd = await startEtcd({ members: 3, proxied: true });
  });
  after(() => etcd.stop());
  afterEach(async () => {
    for (const member of etcd.members) {
      await member.proxy.forward();
      await member.start();
    }
    await etcd.healthy();
    await clearGrants(etcd);
  });

  async function roles(): Promise<[leader: EtcdMember, one: EtcdMember, other: EtcdMember]> {
    const leader = await etcd.leader();
    const followers = etcd.members.filter((member) => member !== leader);
    return [leader, ...followers] as [EtcdMember, EtcdMember, EtcdMember];
  }

  /** Where a process that has ended leaves nobody, as where a pod was. */
  const direct = () => {
    const { members } = clusterOf(etcd);
    const endpoints = etcd.members.map(({ directEndpoint }) => directEndpoint);
    return clusterOf(etcd, { members: { ...members, endpoints } });
  };
  const stored = async () => (await storedGrants(etcd))[0]?.value;
  const looks = async (count: number) => {
    const [leader] = await roles();
    const before = await statusCalls(etcd, leader.name);
    await waitUntil(async () => (await statusCalls(etcd, leader.name)) >= before + count, {
      what: "more looks",
    });
  };
  const ended = () =>
    waitUntil(async () => (await storedGrants(etcd)).length === 0, { what: "the grant to end" });

  it("the kubelet's word, then the member's health", async () => {
    const [, one, other] = await roles();
    const guard = await open(clusterOf(etcd));
    const replica = await open(clusterOf(etcd));
    expect((await guard.deletes(one.name)).allowed).to.equal(true);
    await one.stop();
    // It is any replica's to hear.
    expect((await replica.removes(one.name)).allowed).to.equal(true);
    await waitUntil(async () => (await stored())?.["gone"], { what: "it to be noted" });
    expect((await guard.deletes(other.name)).allowed, "while it is away").to.equal(false);
    await one.start();
    await ended();
    await waitUntil(async () => (await footprint(etcd)).leases === 0, { what: "its lease to go" });
    expect((await guard.deletes(other.name)).allowed).to.equal(true);
  });

  it("after an eviction, which does not tell which pod it was, by the pod's name", async () => {
    const [, one] = await roles();
    const guard = await open(clusterOf(etcd));
    expect((await guard.evicts(one.name)).allowed).to.equal(true);
    expect((await guard.removes(one.name)).allowed).to.equal(true);
    await ended();
  });

  it("not the end of another pod of that name", async () => {
    const [, one] = await roles();
    const guard = await open(clusterOf(etcd));
    expect((await guard.deletes(one.name)).allowed).to.equal(true);
    await guard.removes(one.name, { uid: "of-another" });
    await looks(3);
    expect(await stored()).to.include({ gone: false, forced: false });
  });

  it("not the word of anybody else, which makes it a removal by force", async () => {
    const [, one] = await roles();
    const guard = await open(clusterOf(etcd));
    expect((await guard.deletes(one.name)).allowed).to.equal(true);
    for (const user of ["bob", "system:node:node-2"]) await guard.removes(one.name, { user });
    await waitUntil(async () => (await stored())?.["forced"], { what: "it to be noted" });
    await looks(3);
    expect(await stored()).to.include({ gone: false, forced: true });
  });

  it("not a port that is shut for a second", async () => {
    const [, one] = await roles();
    const guard = await open(clusterOf(etcd));
    expect((await guard.deletes(one.name)).allowed).to.equal(true);
    await one.proxy.refuse();
    await waitUntil(() => guard.metric("members_healthy") === 2, { what: "it to be missed" });
    await looks(4);
    await one.proxy.forward();
    await waitUntil(() => guard.metric("members_healthy") === 3, { what: "it to be back" });
    await looks(3);
    expect(await storedGrants(etcd)).to.have.length(1);
  });

  it("by force: its absence, then its health", async () => {
    const [, one] = await roles();
    const guard = await open(direct());
    const force = { options: { gracePeriodSeconds: 0 } };
    expect((await guard.deletes(one.name, force)).allowed).to.equal(true);
    expect(await stored()).to.include({ gone: false, forced: true });
    await looks(3);
    expect(await storedGrants(etcd), "while it is there").to.have.length(1);
    await one.stop();
    await looks(5);
    await one.start();
    await ended();
  });

  it("by force: not what one replica cannot reach, while another can", async () => {
    const [, one] = await roles();
    const blind = await open(clusterOf(etcd, { observeSeconds: 1 }));
    await one.proxy.refuse();
    await waitUntil(() => blind.metric("members_healthy") === 2, { what: "it to be missed" });
    const guard = await open(direct());
    const force = { options: { gracePeriodSeconds: 0 } };
    expect((await guard.deletes(one.name, force)).allowed).to.equal(true);
    await waitUntil(() => blind.metric("grants_held") === 1, { what: "it to be known" });
    await looks(10);
    await one.proxy.forward();
    await waitUntil(() => blind.metric("members_healthy") === 3, { what: "it to be reached" });
    await looks(6);
    expect(await storedGrants(etcd)).to.have.length(1);
  });

  it("who goes whatever is said of it has one too, for the next to be judged by", async () => {
    const [, one, other] = await roles();
    const guard = await open(clusterOf(etcd));
    const annotations = { "etcd-leader-guard.gatewright.dev/break-glass": "fire" };
    const burning = podOf(one.name, { annotations });
    const collector = "kube-system:pod-garbage-collector";
    for (const [what, request] of [
      ["a dry run", deletes(burning, { dryRun: true })],
      [
        "a namespace's end",
        deletes(burning, { serviceAccount: "kube-system:namespace-controller" }),
      ],
    ] as const) {
      expect((await guard.review(request)).allowed, what).to.equal(true);
      expect(await storedGrants(etcd), what).to.deep.equal([]);
    }
    for (const request of [
      deletes(burning),
      deletes(podOf(one.name), { serviceAccount: collector }),
    ]) {
      const { allowed, audit } = await guard.review(request);
      expect(allowed).to.equal(true);
      expect(audit).to.include({ grant: `main: ${one.name}` });
      expect((await guard.evicts(other.name)).message).to.include(
        `Leave to go is with pod ${one.name} `,
      );
      await guard.removes(one.name);
      await ended();
    }
  });

  it("where nobody tells of it: an absence of seconds, then its health", async () => {
    const [, one] = await roles();
    const guard = await open(direct());
    expect((await guard.deletes(one.name)).allowed).to.equal(true);
    await one.stop();
    await looks(15);
    await one.start();
    await ended();
  });
});
