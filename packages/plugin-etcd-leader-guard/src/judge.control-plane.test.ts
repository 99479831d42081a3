import { type EtcdCluster, startEtcd } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { departingOf, type OpenCourt, openCourt } from "../test/court.ts";
import { clearGrants, footprint, grantedMembers, storedGrants } from "../test/etcd-keys.ts";
import { CallFailure } from "./call-failure.ts";
import type { Grants } from "./grants.ts";
import { createJudge, MOST_HEARINGS } from "./judge.ts";

describe("createJudge(court)", () => {
  let etcd: EtcdCluster;
  let opened: OpenCourt | undefined;
  let follower = "";
  before(async () => {
    etcd = await startEtcd({ members: 3, proxied: true });
    const { name } = await etcd.leader();
    follower = etcd.members.find((member) => member.name !== name)?.name as string;
  });
  after(() => etcd.stop());
  afterEach(async () => {
    await opened?.close();
    for (const { proxy } of etcd.members) await proxy.forward();
    await clearGrants(etcd);
  });

  async function judgeOf(
    ...more: Parameters<typeof openCourt> extends [unknown, ...infer M] ? M : never
  ) {
    opened = await openCourt(etcd, ...more);
    return createJudge(opened.court);
  }

  /** As where the answer is lost on its way, for the first so many takings. */
  const losing = (count: number) => {
    let left = count;
    return (grants: Grants): Grants => ({
      ...grants,
      async take(...given) {
        const taking = await grants.take(...given);
        if (left-- <= 0) return taking;
        throw new CallFailure("deadline", "no answer within 2000 ms");
      },
    });
  };

  for (const unreadable of ["deny", "allow"] as const) {
    it(`asks for another grant where the answer was lost, under unreadable: ${unreadable}`, async () => {
      const judge = await judgeOf({ unreadable }, losing(1));
      const judgement = await judge.judge(departingOf(follower));
      expect(judgement).to.deep.include({ allowed: true, reason: "follower" });
      await judge.settled();
      const [grant, ...more] = await storedGrants(etcd);
      expect(more).to.deep.equal([]);
      expect(grant?.value).to.include({ member: follower });
    });

    it(`and denies where none is to be had, under unreadable: ${unreadable}`, async () => {
      const judge = await judgeOf({ unreadable }, losing(100));
      const judgement = await judge.judge(departingOf(follower));
      expect(judgement).to.deep.equal({
        allowed: false,
        reason: "no-grant",
        message: `etcd cluster "main": pod ${follower} was not allowed to go: its leave to go could not be kept in etcd, where others would see it: no answer within 2000 ms. Try again.`,
      });
    });
  }

  it("denies where it takes too long, whatever may become of a cluster that is unreadable", async () => {
    let begun = () => {};
    const slow = (grants: Grants): Grants => ({
      ...grants,
      async take(...given) {
        const taking = await grants.take(...given);
        await new Promise<void>((resolve) => {
          begun = resolve;
        });
        return taking;
      },
    });
    const judge = await judgeOf({ unreadable: "allow" }, slow);
    const deadline = Date.now() + 2_000;
    const judgement = await judge.judge(departingOf(follower, { deadline }));
    expect(judgement).to.include({ allowed: false, reason: "no-grant" });
    expect(await grantedMembers(etcd)).to.deep.equal([follower]);
    begun();
    await judge.settled();
    expect(await grantedMembers(etcd), "it is given back").to.deep.equal([]);
  });

  it("hears no more than so many at once", async () => {
    const judge = await judgeOf({ callTimeoutMilliseconds: 1_000 });
    for (const { proxy } of etcd.members) await proxy.blackHole();
    const departing = departingOf(follower, { deadline: Date.now() + 4_000 });
    const hearings = Array.from({ length: MOST_HEARINGS }, () => judge.judge(departing));
    expect(await judge.judge(departing)).to.deep.equal({
      allowed: false,
      reason: "overloaded",
      message: `etcd cluster "main": pod ${follower} was not judged: ${MOST_HEARINGS} other requests for the cluster's pods are being judged. Try again.`,
    });
    for (const { reason } of await Promise.all(hearings)) expect(reason).to.equal("unreadable");
    await judge.settled();
    for (const { proxy } of etcd.members) await proxy.forward();
    await etcd.healthy();
    expect(await judge.judge(departingOf(follower))).to.not.include({ reason: "overloaded" });
  });

  it("counts in who goes all the same, the leader too, and beside whoever has leave", async () => {
    const judge = await judgeOf();
    expect(await judge.judge(departingOf(follower))).to.include({ allowed: true });
    const { name: leader } = await etcd.leader();
    expect(await judge.countIn(departingOf(leader))).to.include({ name: leader });
    expect(await grantedMembers(etcd)).to.have.members([follower, leader]);
    expect(await judge.countIn(departingOf("backup"))).to.equal(undefined);
    await judge.settled();
    expect((await footprint(etcd)).leases).to.equal(2);
  });

  it("counts in within its time, or not at all", async () => {
    const judge = await judgeOf({ callTimeoutMilliseconds: 500 });
    for (const { proxy } of etcd.members) await proxy.blackHole();
    const began = performance.now();
    expect(await judge.countIn(departingOf(follower))).to.equal(undefined);
    expect(performance.now() - began).to.be.below(3_000);
    await judge.settled();
  });
});
