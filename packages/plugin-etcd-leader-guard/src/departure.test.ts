import { deletes, evicts } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import {
  type DeletedPod,
  type Departure,
  gracePeriodSecondsOf,
  isDryRun,
  isForced,
  podEndOf,
  podIPsOf,
  podNameOf,
  podUidOf,
} from "./departure.ts";

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "etcd-0", namespace: "etcd", uid: "u1" },
  spec: { terminationGracePeriodSeconds: 45 },
  status: { podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }] },
};
const known = pod as unknown as DeletedPod;
const deletion = (...facts: Parameters<typeof deletes> extends [unknown, ...infer F] ? F : never) =>
  deletes(pod, ...facts) as Departure;
const eviction = (deleteOptions?: object, facts: { name?: string; dryRun?: boolean } = {}) =>
  evicts(pod, { ...facts, ...(deleteOptions && { deleteOptions }) }) as Departure;

describe("a departure", () => {
  it("podNameOf: deletecollection has the name in the object alone", () => {
    const unnamed = { ...eviction(), name: "" } as Departure;
    for (const each of [deletion(), deletion({ name: "" }), eviction(), unnamed]) {
      expect(podNameOf(each)).to.equal("etcd-0");
    }
  });

  it("podUidOf and podIPsOf: an eviction carries no pod", () => {
    for (const each of [deletion(), eviction()]) {
      expect(podUidOf(each, known)).to.equal("u1");
      expect(podUidOf(each, undefined)).to.be.undefined;
    }
    expect(podUidOf(eviction({ preconditions: { uid: "u2" } }), known)).to.equal("u2");
    expect(podIPsOf(known)).to.deep.equal(["10.0.0.1", "fd00::1"]);
    for (const none of [undefined, null]) expect(podIPsOf(none)).to.deep.equal([]);
    const { status: _, ...pending } = known;
    expect(podIPsOf(pending)).to.deep.equal([]);
  });

  it("isDryRun: an eviction may say so in its own options alone", () => {
    expect(
      [deletion(), eviction(), eviction({}), eviction({ dryRun: [] })].map(isDryRun),
    ).to.deep.equal([false, false, false, false]);
    for (const each of [
      deletion({ dryRun: true }),
      eviction(undefined, { dryRun: true }),
      eviction({ dryRun: ["All"] }),
    ]) {
      expect(isDryRun(each)).to.be.true;
    }
  });

  it("gracePeriodSecondsOf: as asked for, else the pod's own", () => {
    const by = (departure: Departure, isKnown = true) =>
      gracePeriodSecondsOf(departure, isKnown ? known : undefined);
    expect(by(deletion())).to.equal(45);
    expect(by(deletion({ options: { gracePeriodSeconds: 0 } }))).to.equal(0);
    expect(by(eviction())).to.equal(45);
    expect(by(eviction(), false)).to.be.undefined;
    expect(by(eviction({ gracePeriodSeconds: 300 }))).to.equal(300);
  });

  it("isForced: without a grace period, or without a node", () => {
    const placed = { ...known, spec: { ...pod.spec, nodeName: "n1" } } as DeletedPod;
    const force = deletion({ options: { gracePeriodSeconds: 0 } });
    expect([
      isForced(force, placed),
      isForced(eviction({ gracePeriodSeconds: 0 }), undefined),
    ]).to.deep.equal([true, true]);
    for (const each of [deletion(), eviction()]) {
      expect([known, placed].map((one) => isForced(each, one))).to.deep.equal([true, false]);
    }
    expect(isForced(eviction(), undefined)).to.equal(false);
  });

  it("podEndOf: what removes a terminating pod, proven by its own kubelet alone", () => {
    const terminating = {
      ...pod,
      metadata: { ...pod.metadata, deletionTimestamp: "2026-01-02T03:04:05Z" },
      spec: { nodeName: "n1" },
    };
    const options = { gracePeriodSeconds: 0 };
    const end = (object: object, facts: object) =>
      podEndOf(deletes(object as typeof pod, facts) as Departure);
    const user = "system:node:n1";
    expect(end(terminating, { user, options })).to.deep.include({
      pod: "etcd-0",
      podUid: "u1",
      proven: true,
    });
    expect(end(terminating, { user: "system:node:n10", options })?.proven).to.equal(false);
    expect(end({ ...terminating, spec: {} }, { user: "system:node:", options })?.proven).to.equal(
      false,
    );
    expect(end(terminating, { user })).to.equal(undefined);
    expect(end(terminating, { user, options, dryRun: true })).to.equal(undefined);
    expect(end(pod, { user, options })).to.equal(undefined);
    expect(podEndOf(eviction({ gracePeriodSeconds: 0 }))).to.equal(undefined);
  });
});
