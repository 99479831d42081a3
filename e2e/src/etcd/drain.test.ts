import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { type TestBed, useTestBed } from "../test-bed.ts";
import { useGuardedEtcd } from "./guarded-etcd.ts";
import { nodes } from "./nodes.ts";
import { listPods } from "./pod-object.ts";
import { itWasUnharmed } from "./unharmed.ts";

const drain = (bed: TestBed, node: string) =>
  bed.kubectl(["drain", node, "--ignore-daemonsets", "--timeout=120s"]);

describe("kubectl drain, with etcd-leader-guard and leader: transfer", () => {
  const bed = useTestBed();
  const guarded = useGuardedEtcd(bed, { cluster: { leader: "transfer" } });
  afterEach(() => bed.kubectl(["uncordon", ...nodes]));

  it("finishes on every node in turn, without a wait in between", async () => {
    const before = guarded.etcd.members.map(({ pid }) => pid);
    for (const node of nodes) {
      const { exitCode, stderr } = await drain(bed, node);
      expect(exitCode, stderr).to.equal(0);
      await bed.kubectl(["uncordon", node]);
    }
    await guarded.untilCalm();
    for (const [index, { pid }] of guarded.etcd.members.entries()) {
      expect(pid).to.be.a("number").and.not.equal(before[index]);
    }
    expect(guarded.moves()).to.be.greaterThan(0);
  });

  itWasUnharmed(guarded);
});

describe("kubectl drain, with etcd-leader-guard and leader: deny", () => {
  const bed = useTestBed();
  const guarded = useGuardedEtcd(bed);
  afterEach(() => bed.kubectl(["uncordon", ...nodes]));

  it("waits on the leader's node, and finishes when the leadership was moved", async () => {
    const [leader, follower = ""] = await guarded.roles();
    const { metadata, spec } = await bed.stored(`pod/${leader}`);
    const draining = drain(bed, spec.nodeName);
    await waitUntil(async () => (await guarded.verdicts("deny", "leader")) > 1, {
      what: "the drain to try again",
    });
    expect((await bed.stored(`pod/${leader}`)).metadata.uid).to.equal(metadata.uid);
    await guarded.etcd.moveLeader(follower);
    guarded.movesByOthers++;
    const { exitCode, stderr } = await draining;
    expect(exitCode, stderr).to.equal(0);
    await guarded.untilCalm();
    expect((await bed.stored(`pod/${leader}`)).metadata.uid).not.to.equal(metadata.uid);
  });

  it("finishes on a node without the leader", async () => {
    const [leader] = await guarded.roles();
    const all = await listPods(bed.plane, bed.namespace);
    const taken = all.find(({ metadata }) => metadata.name === leader)?.spec.nodeName;
    const node = all.find(({ spec }) => spec.nodeName !== taken)?.spec.nodeName ?? "";
    const { exitCode, stderr } = await drain(bed, node);
    expect(exitCode, stderr).to.equal(0);
    await guarded.untilCalm();
  });

  itWasUnharmed(guarded);
});
