import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { type EtcdCluster, type EtcdMember, startEtcd, waitUntil } from "../index.ts";

/** A call to where clients are told to go. */
async function asClient(member: EtcdMember, path: string, json: object = {}): Promise<string> {
  const answer = await fetch(`${member.endpoint}${path}`, {
    method: "POST",
    body: JSON.stringify(json),
    headers: { connection: "close" },
    signal: AbortSignal.timeout(1_000),
  });
  return answer.text();
}

const status = "/v3/maintenance/status";
const linearizableRead = "/v3/kv/range";

async function fails(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: string } };
    return cause?.code ?? name;
  }
  return expect.fail("it was answered");
}

describe("startEtcd({ proxied: true })", () => {
  let etcd: EtcdCluster;
  before(async () => {
    etcd = await startEtcd({ members: 3, proxied: true });
  });
  after(() => etcd.stop());

  it("stands between clients and a member, while the harness asks past it", async () => {
    const member = etcd.member("etcd-1");
    expect(member.endpoint).not.to.equal(member.directEndpoint);
    expect(await asClient(member, status)).to.include(member.id);
    await member.proxy.blackHole();
    expect(await fails(asClient(member, status))).to.equal("TimeoutError");
    await member.proxy.refuse();
    expect(await fails(asClient(member, status))).to.equal("ECONNREFUSED");
    await etcd.healthy();
    await member.proxy.delay(50);
    expect(await asClient(member, status)).to.include(member.id);
    await member.proxy.forward();
  });

  it("isolates the leader from its peers, both ways, and not from its clients", async () => {
    const old = await etcd.leader();
    old.isolate();
    expect(old.isolated).to.equal(true);
    const next = await etcd.leader({ otherThan: old.name });
    // A leader that hears of no quorum steps down.
    await waitUntil(async () => (await etcd.status(old.name)).leader === "0", {
      what: "the isolated member to know no leader",
    });
    expect(await asClient(old, status)).to.include(old.id);
    expect(await fails(asClient(old, linearizableRead, { key: "AA==" }))).to.equal("TimeoutError");
    await etcd.healthy();
    old.rejoin();
    expect(old.isolated).to.equal(false);
    await etcd.healthy();
    expect(await etcd.leader()).to.equal(next);
    expect(await asClient(old, linearizableRead, { key: "AA==" })).to.include("raft_term");
  });

  it("isolates a follower without an election", async () => {
    const leader = await etcd.leader();
    const { raftTerm } = await etcd.status(leader.name);
    const follower = etcd.members.find((member) => member !== leader) as EtcdMember;
    follower.isolate();
    await waitUntil(async () => (await etcd.status(follower.name)).leader === "0", {
      what: "the isolated member to know no leader",
    });
    follower.rejoin();
    await etcd.healthy();
    expect((await etcd.status(leader.name)).raftTerm).to.equal(raftTerm);
  });

  it("keeps a member isolated over its restart", async () => {
    const leader = await etcd.leader();
    const follower = etcd.members.find((member) => member !== leader) as EtcdMember;
    follower.isolate();
    await follower.stop("SIGKILL");
    await follower.start({ untilReady: false });
    await waitUntil(
      async () => (await etcd.status(leader.name)).leader === leader.id && follower.running,
      { what: "the rest to go on" },
    );
    follower.rejoin();
    await follower.start();
    await etcd.healthy();
  });

  it("has no proxies unless it is asked for them", async () => {
    await using plain = await startEtcd({ electionMs: 200 });
    const [member] = plain.members;
    expect(member?.endpoint).to.equal(member?.directEndpoint);
    for (const use of [() => member?.proxy, () => member?.isolate(), () => member?.rejoin()]) {
      expect(use).to.throw("`proxied: true`");
    }
  });
});
