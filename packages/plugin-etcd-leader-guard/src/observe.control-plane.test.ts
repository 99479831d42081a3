import {
  type EtcdCluster,
  type EtcdMember,
  startEtcd,
  waitUntil,
} from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { type Connections, createConnections } from "./connections.ts";
import type { Answer, Observation } from "./member-status.ts";
import { observe } from "./observe.ts";

describe("observe(connections, { timeoutMs, leaderHint })", () => {
  let etcd: EtcdCluster;
  let connections: Connections;
  const timeoutMs = 1_000;
  before(async () => {
    etcd = await startEtcd({ members: 3, proxied: true });
    connections = await createConnections({ endpoints: etcd.endpoints });
  });
  after(async () => {
    await connections.close();
    await etcd.stop();
  });
  afterEach(async () => {
    for (const member of etcd.members) {
      member.resume();
      member.rejoin();
      await member.proxy.forward();
      await member.start();
    }
    await etcd.healthy();
  });

  async function roles(): Promise<[EtcdMember, EtcdMember, EtcdMember]> {
    const leader = await etcd.leader();
    const others = etcd.members.filter((member) => member !== leader);
    return [leader, ...others] as [EtcdMember, EtcdMember, EtcdMember];
  }

  function answerOf({ answers }: Observation, { endpoint }: EtcdMember): Answer {
    return answers.find((answer) => answer.endpoint === endpoint) as Answer;
  }

  const ids = () => etcd.members.map(({ id }) => id).toSorted();
  const listed = ({ members }: Observation) => members?.map(({ id }) => id).toSorted();

  it("tells what each says of itself, and the leader's list", async () => {
    const [leader] = await roles();
    const seen = await observe(connections, { timeoutMs, leaderHint: leader.endpoint });
    expect(seen.membersFrom).to.equal(leader.id);
    expect(listed(seen)).to.deep.equal(ids());
    expect(seen.answers.map(({ endpoint }) => endpoint)).to.deep.equal(etcd.endpoints);
    for (const member of etcd.members) {
      expect(answerOf(seen, member)).to.deep.nested.include({
        "status.memberId": member.id,
        "status.leaderId": leader.id,
      });
    }
  });

  it("makes do with whoever is there, and asks all at the same time", async () => {
    const [leader, silent, refusing] = await roles();
    await silent.proxy.blackHole();
    await refusing.stop("SIGKILL");
    const began = performance.now();
    const seen = await observe(connections, { timeoutMs, leaderHint: silent.endpoint });
    expect(performance.now() - began).to.be.within(timeoutMs - 50, 2 * timeoutMs);
    const silence = answerOf(seen, silent);
    expect(silence)
      .to.have.property("error")
      .that.matches(/^no answer/);
    expect(silence).to.have.property("gone", false);
    // Its proxy is there, and so may be a member that loses connections.
    expect(answerOf(seen, refusing)).to.have.property("gone", false);
    expect(answerOf(seen, leader)).to.have.property("status");
    expect(seen.membersFrom).to.equal(leader.id);
    expect(listed(seen)).to.deep.equal(ids());
  });

  it("takes the list of one that follows the others' leader, not of one that is cut off", async () => {
    const [, lonely] = await roles();
    lonely.isolate();
    await waitUntil(async () => (await etcd.status(lonely.name)).leader === "0", {
      what: "it to lose its leader",
    });
    const own = await createConnections({
      endpoints: [lonely.endpoint, ...etcd.endpoints.filter((one) => one !== lonely.endpoint)],
    });
    try {
      const leader = await etcd.leader();
      const seen = await observe(own, { timeoutMs });
      expect(seen.membersFrom).to.equal(leader.id);
      const hinted = await observe(own, { timeoutMs, leaderHint: lonely.endpoint });
      expect(hinted.membersFrom).to.equal(leader.id);
    } finally {
      await own.close();
    }
  });

  it("tells who is not there from who does not answer", async () => {
    const [, , killed] = await roles();
    await killed.stop("SIGKILL");
    const own = await createConnections({
      endpoints: [killed.directEndpoint, "http://nobody.invalid:2379"],
    });
    try {
      const { answers } = await observe(own, { timeoutMs });
      expect(answers.map((answer) => "gone" in answer && answer.gone)).to.deep.equal([true, true]);
    } finally {
      await own.close();
    }
  });

  it("never rejects", async () => {
    for (const member of etcd.members) await member.proxy.refuse();
    const seen = await observe(connections, { timeoutMs });
    expect(seen).to.deep.include({ members: undefined, membersFrom: undefined });
    for (const answer of seen.answers) expect(answer).to.have.property("error");
    const closed = await createConnections({ endpoints: etcd.endpoints });
    await closed.close();
    const none = await observe(closed, { timeoutMs, leaderHint: "http://gone:2379" });
    expect(none.answers).to.deep.include({
      endpoint: etcd.endpoints[0],
      error: "its client is closed",
      gone: false,
    });
  });
});
