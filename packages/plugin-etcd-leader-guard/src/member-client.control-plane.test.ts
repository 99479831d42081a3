import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import {
  type EtcdCluster,
  type EtcdMember,
  startEtcd,
  waitUntil,
} from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { CallFailure } from "./call-failure.ts";
import { createMemberClient, type MemberClient } from "./member-client.ts";

const second = 1_000;

describe("createMemberClient(endpoint)", () => {
  let etcd: EtcdCluster;
  let member: EtcdMember;
  const clients: MemberClient[] = [];
  before(async () => {
    etcd = await startEtcd({ members: 3, proxied: true });
    member = etcd.member("etcd-1");
  });
  after(() => etcd.stop());
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });

  function clientOf(endpoint: string): MemberClient {
    const client = createMemberClient(endpoint);
    clients.push(client);
    return client;
  }

  /** How a call failed. */
  async function failureOf(call: Promise<unknown>): Promise<string> {
    const failure = await call.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(CallFailure);
    const { kind, message } = failure as CallFailure;
    return `${kind}: ${message}`;
  }

  const works = (client: MemberClient) =>
    waitUntil(() => client.status(second), { what: "it to answer", timeoutMs: 5_000 });

  it("tells ids exactly, all 64 bits", async () => {
    const client = clientOf(member.endpoint);
    const leader = await etcd.leader();
    const status = await client.status(second);
    expect(status).to.include({ memberId: member.id, leaderId: leader.id, isLearner: false });
    const told = await etcd.status("etcd-1");
    expect(status).to.include({ clusterId: told.clusterId, raftTerm: BigInt(told.raftTerm) });
    expect(status.raftIndex >= status.raftAppliedIndex).to.equal(true);
    expect(status.errors).to.deep.equal([]);
    const { from, members } = await client.memberList(second);
    expect(from).to.equal(member.id);
    expect(members).to.have.deep.members(await etcd.memberList());
  });

  it("has a deadline for each call, counted from its start", async () => {
    const client = clientOf(member.endpoint);
    await client.status(second);
    await member.freeze();
    try {
      const began = performance.now();
      expect(await failureOf(client.status(300))).to.equal("deadline: no answer within 300 ms");
      expect(await failureOf(client.txn({}, 100))).to.equal("deadline: no answer within 100 ms");
      expect(performance.now() - began).to.be.within(395, 3_000);
    } finally {
      member.resume();
    }
    await works(client);
  });

  it("makes each call once", async () => {
    const client = clientOf(member.endpoint);
    const key = Buffer.from("once");
    await client.txn({ success: [{ request_put: { key, value: Buffer.from("0") } }] }, second);
    await member.proxy.delay(400);
    const put = { success: [{ request_put: { key, value: Buffer.from("1") } }] };
    expect(await failureOf(client.txn(put, 200))).to.match(/^deadline/);
    await member.proxy.forward();
    const read = { success: [{ request_range: { key } }] };
    await waitUntil(
      async () => {
        const { responses } = await client.txn(read, second);
        return responses[0]?.response_range.kvs[0]?.value.toString() === "1";
      },
      { what: "the put to be done" },
    );
    const { responses } = await client.txn(read, second);
    expect(responses[0]?.response_range.kvs[0]?.version).to.equal("2");
  });

  it("uses a connection again as soon as the black hole has healed", async () => {
    const client = clientOf(member.endpoint);
    await client.status(second);
    await member.proxy.blackHole();
    const calls = [client.status(200), client.memberList(5 * second)];
    const [first, sibling] = await Promise.all(calls.map(failureOf));
    expect(first).to.equal("deadline: no answer within 200 ms");
    expect(sibling).to.equal("deadline: no answer, and its connection was given up");
    await waitUntil(() => client.connections() === 0, { what: "the silent one's end" });
    expect(await failureOf(client.status(200))).to.match(/^deadline/);
    await member.proxy.forward();
    expect((await client.status(second)).memberId).to.equal(member.id);
  });

  it("does not cling to a connection of which it never heard again", async () => {
    // The first one is lost in the network; it would be open for ever.
    let opened = 0;
    const network = createServer((socket) => {
      socket.on("error", () => {});
      if (++opened === 1) return void socket.resume();
      const on = connect(Number(new URL(member.directEndpoint).port), "127.0.0.1");
      on.on("error", () => {});
      socket.pipe(on).pipe(socket);
    }).listen(0, "127.0.0.1");
    await once(network, "listening");
    const client = clientOf(`http://127.0.0.1:${(network.address() as AddressInfo).port}`);
    expect(await failureOf(client.status(200))).to.match(/^deadline/);
    expect((await client.status(second)).memberId).to.equal(member.id);
    expect(client.connections()).to.equal(1);
    await client.close();
    network.close();
    await once(network, "close");
  });

  it("does not give up the connection to one that is slow, and not silent", async () => {
    const client = clientOf(member.endpoint);
    await client.status(second);
    // Without a quorum a transaction waits, while the member itself is well.
    const others = etcd.members.filter((one) => one !== member);
    await Promise.all(others.map((other) => other.freeze()));
    try {
      const statuses = (async () => {
        for (let count = 0; count < 5; count++) await client.status(second);
      })();
      const put = { request_put: { key: Buffer.from("k"), value: Buffer.from("v") } };
      const [failure] = await Promise.all([
        failureOf(client.txn({ success: [put] }, 300)),
        statuses,
      ]);
      expect(failure).to.match(/^deadline/);
      expect(client.connections()).to.equal(1);
    } finally {
      for (const other of others) other.resume();
    }
    await etcd.healthy();
  });

  it("says that nobody is there, and finds a member that came back", async () => {
    const client = clientOf(member.directEndpoint);
    await client.status(second);
    await member.stop("SIGKILL");
    await waitUntil(
      async () => (await failureOf(client.status(second))) === "unreachable: connection refused",
      { what: "a refused connection" },
    );
    await member.start();
    expect((await works(client)).memberId).to.equal(member.id);
    await etcd.healthy();
  });

  it("waits at its close for the calls under way", async () => {
    const client = clientOf(member.endpoint);
    await client.status(second);
    await member.proxy.delay(200);
    const [status] = await Promise.all([client.status(second), client.close()]);
    expect(status.memberId).to.equal(member.id);
    await member.proxy.forward();
    expect(client.connections()).to.equal(0);
  });

  it("leaves nothing of a connection that is being opened when it is closed", async () => {
    await member.proxy.blackHole();
    const client = clientOf(member.endpoint);
    const failing = failureOf(client.status(100));
    await client.close();
    expect(await failing).to.match(/^deadline/);
    expect(client.connections()).to.equal(0);
    await member.proxy.forward();
  });

  it("finds it well that a lease is gone, and says what etcd refuses", async () => {
    const client = clientOf((await etcd.leader()).endpoint);
    await client.revokeLease("7587880000000000001", second);
    expect(await failureOf(client.moveLeader("18446744073709551615", second))).to.equal(
      "refused: bad leader transferee",
    );
  });
});

describe("createMemberClient(endpoint), for long", () => {
  it("keeps one connection over 10,000 calls, and none afterwards", async () => {
    // Without proxies: their sockets are this process's too.
    await using etcd = await startEtcd();
    const client = createMemberClient(etcd.endpoints[0] as string);
    await client.status(second);
    const held = () => process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout/.test(kind));
    const before = held();
    for (let round = 0; round < 1_000; round++) {
      await Promise.all(Array.from({ length: 10 }, () => client.status(5 * second)));
    }
    expect(client.connections()).to.equal(1);
    expect(held()).to.deep.equal(before);
    await client.memberList(second);
    await client.revokeLease(await client.grantLease(60, second), second);
    await client.txn({}, second);
    expect(client.connections(), "all services share it").to.equal(1);
    await client.close();
    expect(client.connections()).to.equal(0);
    expect(await client.status(second).catch(String)).to.equal("CallFailure: its client is closed");
  });
});
