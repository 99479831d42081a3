import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { createFakeClock } from "../../test/fake-clock.ts";
import type { KubernetesObject } from "../rule-types.ts";
import { createLeaseLock } from "./lease-lock.ts";

const SECOND = 1_000;
const LEASES = "coordination.k8s.io/v1/leases";
const limits = { timeoutMs: 1_000 };

/** A Lease that two servers want. */
function wanted() {
  const clock = createFakeClock();
  const connection = createFakeCluster();
  const lockOf = (identity: string) =>
    createLeaseLock({
      connection,
      name: "gatewright-quota",
      namespace: "default",
      identity,
      leaseDurationMs: 15 * SECOND,
      clock,
    });
  const stored = async () =>
    (await connection.get(LEASES, "gatewright-quota", { namespace: "default" })) as
      | (KubernetesObject & { spec: Record<string, unknown> })
      | undefined;
  return { clock, connection, one: lockOf("one"), two: lockOf("two"), stored };
}

/** What is written is told apart by real time, which the fake clock does not have. */
function untilNextMillisecond(): void {
  const now = Date.now();
  while (Date.now() === now);
}

describe("createLeaseLock(options): LeaseLock", () => {
  it("makes the Lease as client-go does, and renews it", async () => {
    const { one, stored } = wanted();
    expect(await one.hold(limits)).to.equal(true);
    const made = await stored();
    expect(made?.metadata).to.include({ name: "gatewright-quota", namespace: "default" });
    const { acquireTime, renewTime, ...rest } = made?.spec ?? {};
    expect(rest).to.deep.equal({
      holderIdentity: "one",
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
    });
    expect(acquireTime).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    untilNextMillisecond();
    expect(await one.hold(limits)).to.equal(true);
    const renewed = await stored();
    expect(renewed?.spec["renewTime"]).to.not.equal(renewTime);
    expect(renewed?.spec).to.include({ acquireTime, leaseTransitions: 0, holderIdentity: "one" });
  });

  it("leaves it to whoever has it, until it has not changed for as long as it holds", async () => {
    const { clock, one, two, stored } = wanted();
    await one.hold(limits);
    expect(await two.hold(limits)).to.equal(false);
    await clock.advance(14 * SECOND);
    untilNextMillisecond();
    await one.hold(limits);
    await clock.advance(14 * SECOND);
    // Heard of only now: no matter what times are written in it.
    expect(await two.hold(limits)).to.equal(false);
    await clock.advance(14 * SECOND);
    expect(await two.hold(limits)).to.equal(false);
    await clock.advance(SECOND);
    expect(await two.hold(limits)).to.equal(true);
    expect((await stored())?.spec).to.include({ holderIdentity: "two", leaseTransitions: 1 });
    expect(await one.hold(limits)).to.equal(false);
  });

  it("lets one of two have it that want it at once", async () => {
    const { clock, one, two } = wanted();
    const both = () => Promise.all([one, two].map((lock) => lock.hold(limits).catch(() => false)));
    expect((await both()).filter(Boolean)).to.have.length(1);
    await both();
    await clock.advance(20 * SECOND);
    untilNextMillisecond();
    expect((await both()).filter(Boolean)).to.have.length(1);
  });

  it("takes it at once that was let go of", async () => {
    const { one, two, stored } = wanted();
    await one.hold(limits);
    await two.hold(limits);
    await two.release(limits);
    expect((await stored())?.spec).to.include({ holderIdentity: "one" });
    await one.release(limits);
    expect((await stored())?.spec).to.not.have.property("holderIdentity");
    expect(await two.hold(limits)).to.equal(true);
    expect((await stored())?.spec).to.include({ holderIdentity: "two", leaseTransitions: 1 });
    await one.release(limits);
    expect((await stored())?.spec).to.include({ holderIdentity: "two" });
  });

  it("goes on where somebody else wrote to it, or deleted it", async () => {
    const { connection, one, stored } = wanted();
    await one.hold(limits);
    const lease = await stored();
    const labels = { team: "a" };
    const labelled = { ...lease, metadata: { ...lease?.metadata, labels } } as KubernetesObject;
    await connection.update(LEASES, labelled, { fieldManager: "test" });
    expect(await one.hold(limits)).to.equal(true);
    expect((await stored())?.metadata?.labels).to.deep.equal(labels);
    await connection.delete(LEASES, "gatewright-quota", { namespace: "default" });
    expect(await one.hold(limits)).to.equal(true);
    expect((await stored())?.spec).to.include({ holderIdentity: "one" });
  });

  for (const [said, waits] of [
    [0, 15],
    [2_000_000_000, 60],
  ] as const) {
    it(`believes nobody who says that he holds it for ${said} s`, async () => {
      const { clock, connection, one } = wanted();
      const spec = { holderIdentity: "somebody", leaseDurationSeconds: said };
      const metadata = { name: "gatewright-quota", namespace: "default" };
      const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec };
      await connection.create(LEASES, lease, { fieldManager: "test" });
      expect(await one.hold(limits)).to.equal(false);
      await clock.advance((waits - 1) * SECOND);
      expect(await one.hold(limits)).to.equal(false);
      await clock.advance(SECOND);
      expect(await one.hold(limits)).to.equal(true);
    });
  }

  it("asks nothing of the API server to let go of what it never had", async () => {
    const { connection, one } = wanted();
    await connection.close();
    await one.release(limits);
  });
});
