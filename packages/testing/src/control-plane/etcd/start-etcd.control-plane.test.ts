import { existsSync } from "node:fs";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { isRunning } from "../../../test/control-plane/is-running.ts";
import { type EtcdCluster, startEtcd, waitUntil } from "../index.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

async function put(etcd: EtcdCluster, key: string, value: string): Promise<void> {
  await etcd.call("/v3/kv/put", { key: base64(key), value: base64(value) });
}

async function get(etcd: EtcdCluster, key: string, member: string): Promise<string> {
  const { kvs = [] } = await etcd.call("/v3/kv/range", { key: base64(key) }, { member });
  return Buffer.from(kvs[0]?.value ?? "", "base64").toString();
}

describe("startEtcd({ members })", () => {
  let etcd: EtcdCluster;
  before(async () => {
    etcd = await startEtcd({ members: 3 });
  });
  after(() => etcd.stop());

  it("gives each member a name, an endpoint and an exact id", async () => {
    expect(etcd.members.map(({ name }) => name)).to.deep.equal(["etcd-0", "etcd-1", "etcd-2"]);
    expect(new Set(etcd.endpoints).size).to.equal(3);
    const list = await etcd.memberList();
    for (const { id, name, endpoint } of etcd.members) {
      expect(id).to.match(/^\d+$/);
      expect((await etcd.status(name)).memberId).to.equal(id);
      const entry = list.find((one) => one.id === id);
      expect(entry).to.deep.include({ name, clientURLs: [endpoint], isLearner: false });
    }
    expect(() => etcd.member("etcd-10")).to.throw('no etcd member "etcd-10" here: etcd-0, etcd-1');
  });

  it("hands leadership to the member that is named", async () => {
    const leader = await etcd.leader();
    const other = etcd.members.find((member) => member !== leader);
    await etcd.moveLeader(other?.name ?? "");
    expect(await etcd.leader()).to.equal(other);
    expect((await etcd.status("etcd-0")).leader).to.equal(other?.id);
  });

  it("keeps a member's data over its end and its start", async () => {
    const { id, pid } = etcd.member("etcd-1");
    await put(etcd, "before", "1");
    await etcd.member("etcd-1").stop();
    expect(etcd.member("etcd-1")).to.include({ running: false, pid: undefined });
    expect(isRunning(pid as number)).to.equal(false);
    await put(etcd, "meanwhile", "2");
    await etcd.member("etcd-1").start();
    await etcd.healthy();
    expect((await etcd.status("etcd-1")).memberId).to.equal(id);
    expect(await get(etcd, "before", "etcd-1")).to.equal("1");
    expect(await get(etcd, "meanwhile", "etcd-1")).to.equal("2");
  });

  it("freezes the leader until another one leads, and resumes it as a follower", async () => {
    const frozen = await etcd.leader();
    await frozen.freeze();
    expect(frozen).to.include({ running: true, frozen: true });
    const silence = await etcd.status(frozen.name).then(
      () => expect.fail("it answered"),
      (error: Error) => error.name,
    );
    expect(silence).to.equal("AbortError");
    const next = await etcd.leader({ otherThan: frozen.name });
    frozen.resume();
    await etcd.healthy();
    expect(await etcd.leader()).to.equal(next);
  });

  it("ends a frozen member, and knows no leader without a quorum", async () => {
    const [a, b, c] = etcd.members;
    await a?.stop("SIGKILL");
    await b?.freeze();
    await b?.stop();
    expect(b).to.include({ running: false, frozen: false });
    await waitUntil(async () => (await etcd.status(c?.name ?? "")).leader === "0", {
      what: "the survivor to know that nobody leads",
    });
    const nobody = await etcd.leader({ timeoutMs: 1 }).then(
      () => expect.fail("somebody leads"),
      (error: Error) => error.message,
    );
    expect(nobody).to.equal("waited 0.001 s for a leader of etcd");
    await Promise.all([a?.start(), b?.start()]);
    await etcd.healthy();
  });

  it("adds a learner, promotes it, and removes it", async () => {
    const learner = await etcd.addMember({ learner: true });
    expect(await etcd.status(learner.name)).to.include({ memberId: learner.id, isLearner: true });
    await etcd.healthy();
    await etcd.promote(learner.name);
    await etcd.healthy();
    expect((await etcd.memberList()).map(({ isLearner }) => isLearner)).not.to.include(true);
    await etcd.removeMember(learner.name);
    expect(learner.running).to.equal(false);
    expect(etcd.members).to.have.length(3);
  });

  it("adds a member that is not started, and starts it later", async () => {
    const late = await etcd.addMember({ name: "late", start: false });
    expect(late.running).to.equal(false);
    const entry = (await etcd.memberList()).find(({ id }) => id === late.id);
    expect(entry).to.deep.include({ name: "", clientURLs: [] });
    await late.start();
    await etcd.healthy();
    await etcd.removeMember("late");
  });
});

describe("startEtcd({ start, clusterName }) and stop()", () => {
  it("leaves no process, no folder and no exit hook", async () => {
    const hooks = process.listenerCount("exit");
    const lines: string[] = [];
    const etcd = await startEtcd({ members: ["a", "b"], log: (line) => lines.push(line) });
    const pids = etcd.members.map(({ pid }) => pid as number);
    await etcd.member("a").freeze();
    await Promise.all([etcd.stop(), etcd[Symbol.asyncDispose]()]);
    expect(pids.filter(isRunning)).to.deep.equal([]);
    expect(existsSync(etcd.dir)).to.equal(false);
    expect(process.listenerCount("exit")).to.equal(hooks);
    expect(lines).to.deep.equal([]);
  });

  it("starts members one by one, where it is asked to", async () => {
    await using etcd = await startEtcd({ members: 3, start: false });
    const [a, b, c] = etcd.members;
    expect(() => a?.id).to.throw("etcd-0 has not been up yet");
    // Alone it cannot be ready.
    await a?.start({ untilReady: false });
    expect(a?.running).to.equal(true);
    await b?.start({ untilReady: false });
    await etcd.healthy();
    expect([a, b]).to.include(await etcd.leader());
    expect(a?.id).to.equal((await etcd.status("etcd-0")).memberId);
    expect(c?.running).to.equal(false);
  });

  it("makes another cluster of the same names by another cluster name", async () => {
    await using one = await startEtcd({ clusterName: "one" });
    await using two = await startEtcd({ clusterName: "two" });
    const [mine, theirs] = await Promise.all([one.status("etcd-0"), two.status("etcd-0")]);
    expect(mine.clusterId).not.to.equal(theirs.clusterId);
    expect(() => one.tls).to.throw("has no TLS");
  });

  it("says in a line that a member ended by itself", async () => {
    const lines: string[] = [];
    await using etcd = await startEtcd({ log: (line) => lines.push(line) });
    process.kill(etcd.member("etcd-0").pid as number, "SIGKILL");
    await waitUntil(() => lines.length > 0, { what: "a line" });
    expect(lines[0]).to.match(
      /^etcd-0 \(\d+\) of the etcd cluster in .* ended by itself: SIGKILL$/,
    );
  });

  it("fails with the end of the log where a member does not come up", async () => {
    const error = await startEtcd({ electionMs: 2, args: ["--heartbeat-interval=1"] }).then(
      () => expect.fail("it started"),
      (reason: Error) => reason,
    );
    expect(error.message).to.match(/^etcd-0 ended \(exit code \d\) before it was ready; .*:\n/);
    expect(error.message).to.include("--election-timeout[2ms] should be at least as 5 times");
  });
});
