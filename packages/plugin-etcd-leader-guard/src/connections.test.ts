import { expect } from "chai";
import { describe, it } from "mocha";
import { CallFailure } from "./call-failure.ts";
import { type Connections, createConnections, type Reach } from "./connections.ts";
import type { Answer, Member, MemberStatus } from "./member-status.ts";

const idOf = (name: string) => `1842${name.replace(/\D/g, "")}`;

function member(name: string, clientURLs = [`http://${name}.etcd:2379`]): Member {
  return { id: idOf(name), name, peerURLs: [], clientURLs, isLearner: false };
}

/** From the endpoint, by the member of that name. */
function answer(endpoint: string, name: string): Answer {
  return { endpoint, status: { memberId: idOf(name) } as MemberStatus };
}

const failed = (endpoint: string): Answer => ({ endpoint, error: "no answer" });

/** Learns, and tells whom it asks from then on. Nothing is dialled. */
function learn(
  connections: Connections,
  members: readonly Member[] | undefined,
  answers: readonly Answer[] = [],
): readonly string[] {
  connections.learn({ members, membersFrom: undefined, answers });
  return connections.endpoints();
}

describe("createConnections({ template, pods })", () => {
  const at = (pod: string) => `http://${pod}.etcd.db.svc:2379`;
  const reach: Reach = {
    template: "http://{pod}.etcd.{namespace}.svc:2379/",
    pods: ["etcd-0", "etcd-1"],
    namespace: "db",
    podsOf: ({ name }) => (name === "" ? [] : [name]),
  };

  it("begins with the configured pods", async () => {
    const connections = await createConnections(reach);
    expect(connections.endpoints()).to.deep.equal([at("etcd-0"), at("etcd-1")]);
    await connections.close();
  });

  it("asks the members that it learns of, and those that are none any more not", async () => {
    const connections = await createConnections(reach);
    const first = connections.client(at("etcd-0"));
    const second = connections.client(at("etcd-1"));
    const notStarted = { ...member("etcd-3"), name: "" };
    const members = [member("etcd-1"), member("etcd-2"), notStarted];
    // Whoever has not answered may be there.
    const all = [at("etcd-1"), at("etcd-2"), at("etcd-0")];
    expect(learn(connections, members)).to.deep.equal(all);
    const answers = ["etcd-1", "etcd-2"].map((name) => answer(at(name), name));
    const started = members.slice(0, 2);
    expect(learn(connections, started, answers)).to.deep.equal([at("etcd-1"), at("etcd-2")]);
    expect(connections.client(at("etcd-1")), "kept").to.equal(second);
    expect(() => connections.client(at("etcd-0"))).to.throw(CallFailure, "no endpoint");
    const gone = await first.status(10).catch((error: CallFailure) => error.kind);
    expect(gone).to.equal("closed");
    await connections.close();
  });

  it("keeps an endpoint that is not called after its member, and does not guess then", async () => {
    const connections = await createConnections(reach);
    const members = [member("alpha"), { ...member("beta"), id: "18427" }];
    const byPod = (pod: string, name: string): Answer => ({
      endpoint: at(pod),
      status: { memberId: members.find((each) => each.name === name)?.id } as MemberStatus,
    });
    expect(
      learn(connections, members, [byPod("etcd-0", "alpha"), failed(at("etcd-1"))]),
    ).to.deep.equal([at("etcd-0"), at("beta"), at("etcd-1")]);
    const both = [at("etcd-0"), at("etcd-1")];
    const answers = [byPod("etcd-0", "alpha"), byPod("etcd-1", "beta"), failed(at("beta"))];
    expect(learn(connections, members, answers)).to.deep.equal(both);
    expect(connections.endpointOf("18427")).to.equal(at("etcd-1"));
    // While it is silent it may be elsewhere.
    const silent = [byPod("etcd-0", "alpha"), failed(at("etcd-1"))];
    expect(learn(connections, members, silent)).to.deep.equal([...both, at("beta")]);
    await connections.close();
  });

  it("goes back to the configured ones when no list is to be had", async () => {
    const connections = await createConnections(reach);
    learn(connections, [member("etcd-2")]);
    const all = [at("etcd-0"), at("etcd-1"), at("etcd-2")];
    expect(learn(connections, undefined)).to.deep.equal(all);
    expect(learn(connections, [])).to.deep.equal(all);
    const nameless = [{ ...member("etcd-3"), name: "" }];
    const configured = [at("etcd-0"), at("etcd-1")];
    expect(learn(connections, nameless)).to.deep.equal(configured);
    await connections.close();
  });

  it("knows where a member answered", async () => {
    const connections = await createConnections(reach);
    const members = [member("etcd-0"), member("etcd-1")];
    learn(connections, members, [answer(at("etcd-0"), "etcd-0"), failed(at("etcd-1"))]);
    expect(connections.endpointOf(idOf("etcd-0"))).to.equal(at("etcd-0"));
    expect(connections.endpointOf(idOf("etcd-1"))).to.equal(undefined);
    learn(connections, members, [failed(at("etcd-0")), failed(at("etcd-1"))]);
    expect(connections.endpointOf(idOf("etcd-0")), "then").to.equal(at("etcd-0"));
    learn(connections, [member("etcd-1")]);
    expect(connections.endpointOf(idOf("etcd-0")), "gone").to.equal(undefined);
    await connections.close();
  });
});

describe("createConnections({ endpoints })", () => {
  const own = ["http://a:2379", "http://b:2379"];

  it("also asks members that none of its endpoints reaches, by their own URL", async () => {
    const connections = await createConnections({ endpoints: [...own, "http://a:2379/"] });
    expect(connections.endpoints()).to.deep.equal(own);
    const answers = [answer("http://a:2379", "etcd-0"), answer("http://b:2379", "etcd-1")];
    const two = [member("etcd-0"), member("etcd-1")];
    const third = member("etcd-2", ["http://10.0.0.3:2379", "http://c:2379"]);
    expect(learn(connections, two, answers)).to.deep.equal(own);
    const three = [...own, "http://10.0.0.3:2379"];
    expect(learn(connections, [...two, third], answers)).to.deep.equal(three);
    expect(learn(connections, [...two, third], answers), "and keeps it").to.deep.equal(three);
    expect(learn(connections, undefined)).to.deep.equal(three);
    expect(learn(connections, two)).to.deep.equal(own);
    await connections.close();
  });

  it("does not take a member for unreached because it is silent now", async () => {
    const connections = await createConnections({ endpoints: own });
    const members = [member("etcd-0"), member("etcd-1")];
    learn(connections, members, [
      answer("http://a:2379", "etcd-0"),
      answer("http://b:2379", "etcd-1"),
    ]);
    expect(learn(connections, members, own.map(failed))).to.deep.equal(own);
    await connections.close();
  });

  it("takes one that answers as several for none's own: a balancer before them", async () => {
    const balancer = "http://etcd:2379";
    const connections = await createConnections({ endpoints: [balancer] });
    const members = ["etcd-0", "etcd-1", "etcd-2"].map((name) => member(name));
    const urls = members.map(({ clientURLs: [url = ""] }) => url);
    const [zero = "", one = "", two = ""] = urls;
    expect(learn(connections, members, [answer(balancer, "etcd-0")])).to.deep.equal([
      balancer,
      one,
      two,
    ]);
    expect(connections.endpointOf(idOf("etcd-0"))).to.equal(balancer);
    const all = [balancer, zero, one, two];
    expect(learn(connections, members, [answer(balancer, "etcd-1")])).to.deep.equal(all);
    expect(connections.endpointOf(idOf("etcd-1")), "it may be another the next time").to.equal(
      undefined,
    );
    expect(
      learn(connections, members, [answer(balancer, "etcd-1")]),
      "and remains so",
    ).to.deep.equal(all);
    // A member that was replaced is another thing.
    const left = members.slice(1);
    expect(learn(connections, left, [answer(balancer, "etcd-1")])).to.deep.equal([balancer, two]);
    expect(connections.endpointOf(idOf("etcd-1"))).to.equal(balancer);
    await connections.close();
  });

  it("leaves out URLs of the other protocol", async () => {
    const connections = await createConnections({ endpoints: own });
    expect(learn(connections, [member("etcd-2", ["https://c:2379"])])).to.deep.equal(own);
    await connections.close();
  });

  it("gives no clients when it is closed", async () => {
    const connections = await createConnections({ endpoints: own });
    const client = connections.client("http://a:2379");
    expect(connections.client("http://a:2379"), "one an endpoint").to.equal(client);
    await connections.close();
    expect(() => connections.client("http://a:2379")).to.throw(CallFailure, "closed");
    expect(await connections.refresh()).to.equal(undefined);
  });
});
