import { type EtcdCluster, startEtcd, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { clearGrants, footprint, grantedMembers, lifeOf, storedGrants } from "../test/etcd-keys.ts";
import { type Connections, createConnections } from "./connections.ts";
import { createGrants, type Grants, type NewGrant, type Taking } from "./grants.ts";

describe("createGrants(connections, timeoutMs)", () => {
  let etcd: EtcdCluster;
  let connections: Connections;
  let grants: Grants;
  let other: Grants;
  let at: readonly string[];
  before(async () => {
    etcd = await startEtcd({ members: 3, proxied: true });
    const leader = await etcd.leader();
    const followers = etcd.members.filter((member) => member !== leader);
    at = [leader, ...followers].map(({ endpoint }) => endpoint);
    connections = await createConnections({ endpoints: at });
    grants = createGrants(connections, 2_000);
    other = createGrants(connections, 2_000);
  });
  after(async () => {
    await connections.close();
    await etcd.stop();
  });
  afterEach(async () => {
    for (const member of etcd.members) await member.proxy.forward();
    await Promise.all([grants.settled(), other.settled()]);
    await clearGrants(etcd);
  });

  /** The greatest id, and the one before it: the same as a `number`. */
  const ids = ["18446744073709551615", "18446744073709551614"] as const;
  const grantOf = (index: 0 | 1): NewGrant => ({
    memberId: ids[index],
    member: `etcd-${index}`,
    pod: `etcd-${index}`,
    podUid: "a1",
    movingTo: undefined,
    forced: false,
    since: "2026-11-22T20:53:07Z",
  });

  /** Takes by a fresh view. */
  async function take(by: Grants, index: 0 | 1, seconds = 60): Promise<Taking & { taken: object }> {
    const taking = await by.take(
      at,
      await by.read(at),
      grantOf(index),
      await by.lease(at, seconds),
    );
    expect(taking.taken).to.not.equal(undefined);
    return taking as Taking & { taken: object };
  }

  it("keeps a grant under its lease, where every replica sees it", async () => {
    expect(await grants.read(at)).to.have.deep.property("grants", []);
    const { taken, replaced, view } = await take(grants, 0);
    expect(replaced).to.equal(undefined);
    expect(taken).to.deep.include({ ...grantOf(0), gone: false });
    const [stored] = await storedGrants(etcd);
    expect(stored).to.deep.include({
      key: `/gatewright.dev/etcd-leader-guard/v1/grants/${ids[0]}`,
      lease: taken.lease,
    });
    expect((await lifeOf(etcd, taken.lease)).granted).to.equal(60);
    expect(await other.read(at)).to.deep.equal(view);
    expect(other.last()).to.deep.equal(grants.last());
  });

  it("takes one by one view, for whichever members", async () => {
    const view = await grants.read(at);
    const lease = await grants.lease(at, 60);
    const second = await other.lease(at, 60);
    const first = await grants.take(at, view, grantOf(0), lease);
    const late = await other.take(at, view, grantOf(1), second);
    expect(late.taken).to.equal(undefined);
    expect(late.view, "the loser learns why").to.deep.equal(first.view);
    expect(other.last()).to.deep.equal(first.view);
    const again = await other.take(at, late.view, grantOf(1), second);
    expect(again.view.grants.map(({ memberId }) => memberId)).to.deep.equal(ids);
    expect(await grantedMembers(etcd)).to.deep.equal(["etcd-0", "etcd-1"]);
  });

  it("refreshes a member's own, not gone any more, under the new lease alone", async () => {
    const { taken } = await take(grants, 0);
    expect(await grants.note(at, taken, { gone: true })).to.equal(true);
    const again = await take(other, 0);
    expect(again.replaced).to.deep.include({ lease: taken.lease, gone: true });
    expect(again.taken).to.include({ gone: false });
    await other.settled();
    expect(await storedGrants(etcd)).to.have.lengthOf(1);
    expect((await footprint(etcd)).leases, "the old one is given back").to.equal(1);
  });

  it("ends by itself", async () => {
    const { taken } = await take(grants, 0, 2);
    await waitUntil(async () => (await storedGrants(etcd)).length === 0, { what: "its end" });
    expect(await grants.note(at, taken, { gone: true })).to.equal(false);
    expect(await grants.release(at, taken)).to.equal(false);
    expect(await grants.read(at)).to.have.deep.property("grants", []);
    await take(other, 1);
  });

  it("marks and releases only the grant that was looked at", async () => {
    const { taken } = await take(grants, 0);
    expect(await other.note(at, taken, { gone: true })).to.equal(true);
    const [stored] = await storedGrants(etcd);
    expect(stored).to.deep.include({ lease: taken.lease });
    expect(stored?.value).to.include({ gone: true, pod: "etcd-0" });
    expect(await grants.release(at, taken), "it was changed since").to.equal(false);
    const [marked] = (await grants.read(at)).grants;
    const { taken: renewed } = await take(other, 0);
    expect(await grants.release(at, marked as typeof renewed), "taken anew").to.equal(false);
    expect(await grants.release(at, renewed)).to.equal(true);
    expect(await grants.read(at)).to.have.deep.property("grants", []);
    await Promise.all([grants.settled(), other.settled()]);
    expect((await footprint(etcd)).leases).to.equal(0);
  });

  it("keeps what it knows in step with what it did", async () => {
    const { taken } = await take(grants, 0);
    await grants.note(at, taken, { gone: true });
    expect(grants.last()).to.deep.equal(await other.read(at));
    const [marked] = (other.last() as NonNullable<ReturnType<Grants["last"]>>).grants;
    await grants.release(at, marked as typeof taken);
    expect(grants.last()).to.deep.equal(await other.read(at));
  });

  it("gives back what was taken, and what it had replaced holds again", async () => {
    const { taken } = await take(grants, 0);
    await grants.note(at, taken, { gone: true });
    const again = await take(other, 0);
    expect(await other.giveBack(at, again)).to.equal(true);
    const [stored] = await storedGrants(etcd);
    expect(stored?.value).to.include({ gone: true });
    expect(stored).to.include({ lease: again.taken.lease });
    const first = await take(grants, 1);
    expect(await grants.giveBack(at, first)).to.equal(true);
    expect(await grantedMembers(etcd)).to.deep.equal(["etcd-0"]);
  });

  it("takes whatever stands at a grant's key for a grant", async () => {
    const key = Buffer.from(`/gatewright.dev/etcd-leader-guard/v1/grants/${ids[1]}`);
    for (const text of ["", "null", "{", '{"gone":"yes","pod":1}']) {
      const put = { key: key.toString("base64"), value: Buffer.from(text).toString("base64") };
      await etcd.call("/v3/kv/put", put);
      const { grants: read } = await grants.read(at);
      expect(read, text).to.have.lengthOf(1);
      expect(read[0]).to.include({ memberId: ids[1], pod: "", gone: false, lease: "0" });
    }
    expect((await take(grants, 1)).replaced).to.include({ lease: "0" });
  });

  it("asks another where one is not there, but takes only once", async () => {
    const [leader = "", ...rest] = at;
    const down = etcd.members.find(({ endpoint }) => endpoint === leader);
    await down?.proxy.refuse();
    const view = await grants.read(at);
    const lease = await grants.lease(at, 60);
    const failed = await grants.take(at, view, grantOf(0), lease).catch((error: Error) => error);
    expect(failed)
      .to.be.instanceOf(Error)
      .with.property("message")
      .that.matches(/connection/);
    await grants.settled();
    expect((await footprint(etcd)).leases, "its lease is dropped").to.equal(0);
    const second = await grants.lease(rest, 60);
    expect(await grants.take(rest, view, grantOf(0), second)).to.have.property("taken");
  });

  it("keeps what it has learned, whatever was asked before and is answered later", async () => {
    const [leader = "", follower = ""] = at;
    const slow = etcd.members.find(({ endpoint }) => endpoint === follower);
    // It has both connections.
    for (const each of at) await waitUntil(() => grants.read([each]), { what: "a connection" });
    await slow?.proxy.delay(500);
    const reading = grants.read([follower]);
    const first = await take(grants, 0);
    expect(await reading, "the newer view").to.deep.equal(first.view);
    expect(grants.last()).to.deep.equal(first.view);
    const late = grants.read([follower]);
    await grants.release([leader], first.taken);
    await late;
    expect(grants.last()).to.have.deep.property("grants", []);
  });

  it("leaves nothing of a taking whose answer is lost", async () => {
    const [leader = "", follower = ""] = at;
    const slow = etcd.members.find(({ endpoint }) => endpoint === leader);
    const hasty = createGrants(connections, 300);
    const view = await waitUntil(() => hasty.read([leader]), { what: "a connection to it" });
    const lease = await hasty.lease(at, 60);
    await slow?.proxy.delay(600);
    const failed = await hasty.take(at, view, grantOf(0), lease).catch((error: Error) => error);
    expect(failed).to.have.property("message", "no answer within 300 ms");
    await hasty.settled();
    const { generation, grants: left } = await other.read([follower]);
    expect(left).to.deep.equal([]);
    expect(generation, "it had been taken").to.not.equal(view.generation);
  });
});
