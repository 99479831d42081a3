import { type Logger, silentLogger } from "@gatewright/core";
import { deletes, evicts } from "@gatewright/testing";
import { type EtcdCluster, startEtcd } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { clearGrants, grantedMembers, statusCalls } from "../test/etcd-keys.ts";
import { clusterOf, guards } from "../test/guard.ts";
import { podOf } from "../test/pods.ts";

describe("etcd-leader-guard, names that deceive", () => {
  const open = guards();
  const names = ["etcd-1", "etcd-10", "etcd-11"];
  let etcd: EtcdCluster;
  before(async () => {
    etcd = await startEtcd({ members: names.toSorted() });
  });
  after(() => etcd.stop());
  afterEach(() => clearGrants(etcd));

  it("etcd-1 is no part of etcd-10", async () => {
    const guard = await open(clusterOf(etcd));
    for (const leader of names) {
      if ((await etcd.leader()).name !== leader) await etcd.moveLeader(leader);
      for (const pod of names) {
        const { allowed, message } = await guard.deletes(pod, { dryRun: true });
        expect(allowed, `${pod}, led by ${leader}`).to.equal(pod !== leader);
        if (pod === leader) expect(message).to.include(`(member ${leader}, `);
      }
    }
    const [leader, one] = [(await etcd.leader()).name, "etcd-1"];
    if (leader === one) await etcd.moveLeader("etcd-10");
    expect((await guard.evicts(one)).audit).to.deep.equal({ grant: "main: etcd-1" });
    expect(await grantedMembers(etcd)).to.deep.equal(["etcd-1"]);
  });

  it("a pod with the labels, and of no member, may go; one without them that is a member's may not", async () => {
    const guard = await open(clusterOf(etcd));
    const { name: leader } = await etcd.leader();
    for (const pod of ["etcd-2", "etcd", "etcd-100", "tcd-1"]) {
      expect((await guard.deletes(pod)).allowed, pod).to.equal(true);
    }
    expect(guard.metric("verdicts_total", { reason: "not-a-member" })).to.equal(4);
    const unlabelled = podOf(leader, { labels: {} });
    expect((await guard.review(deletes(unlabelled))).allowed).to.equal(false);
    // As an item of a deletecollection.
    expect((await guard.deletes(leader, { name: "" })).allowed).to.equal(false);
  });

  it("asks nobody for a pod of another namespace, whatever its name and labels", async () => {
    const guard = await open(clusterOf(etcd));
    const { name: leader } = await etcd.leader();
    const before = await statusCalls(etcd, leader);
    const elsewhere = podOf(leader, { namespace: "etcd-2" });
    for (const request of [deletes(elsewhere), evicts(elsewhere)]) {
      expect((await guard.review(request)).allowed).to.equal(true);
    }
    const other = podOf("web-0", { labels: { app: "web" } });
    expect((await guard.review(deletes(other))).allowed).to.equal(true);
    expect(await statusCalls(etcd, leader)).to.equal(before);
    expect(guard.metric("verdicts_total")).to.equal(undefined);
  });

  it("knows kubeadm's pods: etcd-{member}, of a member that is named after its node", async () => {
    await using nodes = await startEtcd({ members: ["cp-1", "cp-10", "cp-11"] });
    const pods = nodes.members.map(({ name }) => `etcd-${name}`);
    const { members, ...rest } = clusterOf(nodes, { podName: "etcd-{member}" });
    const guard = await open({ ...rest, members: { ...members, pods } });
    const { name: leader } = await nodes.leader();
    for (const { name } of nodes.members) {
      const verdict = await guard.deletes(`etcd-${name}`, { dryRun: true });
      expect(verdict.allowed, name).to.equal(name !== leader);
    }
    const { message } = await guard.evicts(`etcd-${leader}`);
    expect(message).to.include(`pod etcd-${leader} is the leader (member ${leader}, `);
    expect((await guard.deletes(leader)).allowed, "a pod named as the member is another").to.equal(
      true,
    );
  });

  it("does not let go what a wrong podName hides", async () => {
    const { members, ...rest } = clusterOf(etcd, { podName: "x-{member}" });
    const guard = await open({ ...rest, members: { ...members, pods: ["db-1", "db-2", "db-3"] } });
    const { message } = await guard.deletes("db-1");
    expect(message).to.include("pod db-1 may be a member, and it is not known which");
    expect(message).to.include('Set "podName" (now "x-{member}") to how');
  });

  it("nor at its eviction, which has no labels; and it warns, once", async () => {
    const { members, ...rest } = clusterOf(etcd, { podName: "x-{member}", observeSeconds: 1 });
    const warnings: unknown[] = [];
    const wrong = { ...rest, members: { ...members, pods: ["db-1", "db-2", "db-3"] } };
    const guard = await open(wrong, listener(warnings));
    for (const pod of ["etcd-1", "web-0"]) {
      const denied = await guard.evicts(pod);
      expect(denied).to.include({ allowed: false, code: 429 });
      expect(denied.message).to.include(`pod ${pod} may be a member, and it is not known which`);
    }
    const web = podOf("web-0", { labels: { app: "web" } });
    expect((await guard.review(deletes(web))).allowed, "its labels tell").to.equal(true);
    expect(warnings).to.deep.equal([
      [
        { podName: "x-{member}" },
        'etcd: members etcd-1, etcd-10, etcd-11 are nobody of pods [db-1, db-2, db-3]: set "podName"',
      ],
    ]);
    const right = await open(clusterOf(etcd));
    expect((await right.evicts("web-0")).allowed).to.equal(true);
  });
});

describe("etcd-leader-guard, pods that are called otherwise than the endpoints' hosts", () => {
  const open = guards();

  it("are let go neither where they are listed, nor where they have the labels alone", async () => {
    await using etcd = await startEtcd({ members: ["localhost"] });
    const [endpoint] = etcd.endpoints as [string];
    // A Service of the member's own name, of which its pod is not called.
    const endpoints = [endpoint.replace("127.0.0.1", "localhost")];
    for (const pods of [undefined, ["orders-localhost"]]) {
      const warnings: unknown[] = [];
      const members = { endpoints, ...(pods && { pods }) };
      const guard = await open(clusterOf(etcd, { members }), listener(warnings));
      const { allowed, message } = await guard.deletes("orders-localhost");
      expect(allowed).to.equal(false);
      expect(message).to.include(
        'Set "podName" (now "{member}") to "orders-{member}" if it is a member\'s',
      );
      expect(warnings.map((line) => (line as unknown[])[1])).to.deep.equal(
        pods
          ? [
              'etcd: member localhost is nobody of pods [orders-localhost]: set "podName" (by their names "orders-{member}")',
            ]
          : [],
      );
    }
  });
});

/** Keeps what is warned of. */
function listener(warnings: unknown[]): Logger {
  return {
    ...silentLogger,
    child: () => listener(warnings),
    warn: (...line: unknown[]) => void warnings.push(line),
  };
}

describe("etcd-leader-guard, two clusters", () => {
  const open = guards();
  let blue: EtcdCluster;
  let green: EtcdCluster;
  before(async () => {
    [blue, green] = await Promise.all([startEtcd({ members: 3 }), startEtcd({ members: 3 })]);
  });
  after(() => Promise.all([blue.stop(), green.stop()]));
  afterEach(() => Promise.all([clearGrants(blue), clearGrants(green)]));

  it("with the same pods' names in two namespaces, each judged by its own", async () => {
    await blue.moveLeader("etcd-0");
    await green.moveLeader("etcd-1");
    const guard = await open({
      clusters: [
        clusterOf(blue, { name: "blue", namespace: "blue" }),
        clusterOf(green, { name: "green", namespace: "green" }),
      ],
    });
    const ask = (namespace: string, name: string) =>
      guard.review(deletes(podOf(name, { namespace })));
    expect((await ask("blue", "etcd-0")).message).to.match(/^etcd cluster "blue": .* the leader/);
    expect((await ask("green", "etcd-1")).message).to.match(/^etcd cluster "green": .* the leader/);
    expect((await ask("green", "etcd-0")).audit).to.deep.equal({ grant: "green: etcd-0" });
    expect((await ask("blue", "etcd-1")).audit, "the other's grant is none").to.deep.equal({
      grant: "blue: etcd-1",
    });
    expect(await grantedMembers(blue)).to.deep.equal(["etcd-1"]);
    expect(await grantedMembers(green)).to.deep.equal(["etcd-0"]);
  });

  it("in one namespace, told apart by podName", async () => {
    await blue.moveLeader("etcd-0");
    await green.moveLeader("etcd-1");
    const named = (etcd: EtcdCluster, name: string) => {
      const { members, ...rest } = clusterOf(etcd, { name, podName: `${name}-{member}` });
      const pods = etcd.members.map((member) => `${name}-${member.name}`);
      return { ...rest, members: { ...members, pods } };
    };
    // One selector takes them all: whose pod it is, names alone tell.
    const guard = await open({ clusters: [named(blue, "blue"), named(green, "green")] });
    for (const [pod, leads] of [
      ["blue-etcd-0", true],
      ["blue-etcd-1", false],
      ["green-etcd-0", false],
      ["green-etcd-1", true],
    ] as const) {
      expect((await guard.deletes(pod)).allowed, pod).to.equal(!leads);
    }
    expect(await grantedMembers(blue)).to.deep.equal(["etcd-1"]);
    expect(await grantedMembers(green)).to.deep.equal(["etcd-0"]);
  });
});
