import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { useTestBed } from "../test-bed.ts";
import { type EtcdInPods, startEtcdInPods } from "./etcd-in-pods.ts";
import { nodes, useNodes } from "./nodes.ts";
import { listPods } from "./pod-object.ts";

describe("startEtcdKubelet({ plane, namespace, etcd })", () => {
  const bed = useTestBed();
  useNodes();
  let pods: EtcdInPods;
  before(async () => {
    pods = await startEtcdInPods(bed.plane, bed.namespace, { members: 3 });
  });
  after(() => pods?.stop());
  afterEach(() => {
    expect(pods.kubelet.refused).to.deep.equal([]);
  });

  const pidOf = (name: string) => pods.etcd.member(name).pid;
  const uidOf = async (name: string) => (await bed.stored(`pod/${name}`)).metadata.uid as string;

  it("puts one pod on each node, and runs a member in each", async () => {
    const all = await listPods(bed.plane, bed.namespace);
    expect(all.map(({ spec }) => spec.nodeName)).to.have.members(nodes);
    expect(pods.etcd.members.map(({ running }) => running)).to.deep.equal([true, true, true]);
  });

  it("ends a deleted pod's process, and starts it for the next pod, with its data", async () => {
    const { id } = pods.etcd.member("etcd-1");
    const [pid, uid] = [pidOf("etcd-1"), await uidOf("etcd-1")];
    const others = [pidOf("etcd-0"), pidOf("etcd-2")];
    const { exitCode, stderr } = await bed.kubectl(["delete", "pod", "etcd-1"]);
    expect(exitCode, stderr).to.equal(0);
    await pods.untilReady();
    expect(await uidOf("etcd-1")).not.to.equal(uid);
    expect(pidOf("etcd-1")).to.be.a("number").and.not.equal(pid);
    expect([pidOf("etcd-0"), pidOf("etcd-2")]).to.deep.equal(others);
    expect((await pods.etcd.status("etcd-1")).memberId).to.equal(id);
  });

  it("ends the process of a pod that is forced away", async () => {
    const [pid, uid] = [pidOf("etcd-0"), await uidOf("etcd-0")];
    await bed.kubectl(["delete", "pod", "etcd-0", "--force", "--grace-period=0"]);
    await pods.untilReady();
    expect(await uidOf("etcd-0")).not.to.equal(uid);
    expect(pidOf("etcd-0")).not.to.equal(pid);
  });

  it("lets a pod be ready only while its member serves", async () => {
    const member = pods.etcd.member("etcd-2");
    const ready = (status: string) =>
      bed.kubectl(["wait", "pod/etcd-2", `--for=condition=Ready=${status}`, "--timeout=30s"]);
    await member.freeze();
    expect((await ready("False")).stderr).to.equal("");
    member.resume();
    expect((await ready("True")).stderr).to.equal("");
  });

  it("lets a rolling update wait for each member", async () => {
    const before = pods.etcd.members.map(({ pid }) => pid);
    await bed.kubectl(["rollout", "restart", "statefulset/etcd"]);
    const status = ["rollout", "status", "statefulset/etcd", "--timeout=60s"];
    expect((await bed.kubectl(status)).stderr).to.equal("");
    await pods.untilReady();
    for (const [index, { pid }] of pods.etcd.members.entries()) {
      expect(pid).to.be.a("number").and.not.equal(before[index]);
    }
  });

  it("lets a node be drained, and its pod go to another one", async () => {
    const node = (await bed.stored("pod/etcd-0")).spec.nodeName as string;
    const drained = await bed.kubectl(["drain", node, "--ignore-daemonsets", "--timeout=60s"]);
    expect(drained.exitCode, drained.stderr).to.equal(0);
    await pods.untilReady();
    expect((await bed.stored("pod/etcd-0")).spec.nodeName).not.to.equal(node);
    await bed.kubectl(["uncordon", node]);
  });
});
