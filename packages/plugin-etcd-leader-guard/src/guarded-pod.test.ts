import { deletes, evicts } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { member, unstarted } from "../test/cluster.ts";
import type { Departure } from "./departure.ts";
import { type Claim, claimsByNamespace, guardsOf, knownPods } from "./guarded-pod.ts";

const claim = (cluster: string, namespace: string, app: string, pods: string[]): Claim<string> => ({
  cluster,
  namespace,
  selector: { matchLabels: { app } },
  pods: () => new Set(pods),
});
const claims = claimsByNamespace([
  claim("main", "etcd", "etcd", ["etcd-0", "etcd-1"]),
  claim("events", "etcd", "events", ["events-0"]),
  claim("other", "other", "etcd", ["etcd-2"]),
]);

const pod = (name: string, namespace: string, app?: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, ...(app === undefined ? {} : { labels: { app } }) },
});
const deletion = (name: string, namespace: string, app?: string, facts = {}) =>
  guardsOf(claims, deletes(pod(name, namespace, app), facts) as Departure);
const eviction = (name: string, namespace: string) =>
  guardsOf(claims, evicts(pod(name, namespace, "etcd")) as Departure);

describe("guardsOf(claims, departure)", () => {
  it("a DELETE by its labels, or by its name where they were taken off", () => {
    expect(deletion("etcd-9", "etcd", "etcd")).to.deep.equal(["main"]);
    expect(deletion("etcd-1", "etcd")).to.deep.equal(["main"]);
    expect(deletion("etcd-1", "etcd", undefined, { name: "" })).to.deep.equal(["main"]);
    expect(deletion("etcd-10", "etcd")).to.deep.equal([]);
  });

  it("an eviction by its name", () => {
    expect(eviction("etcd-1", "etcd")).to.deep.equal(["main"]);
    expect(eviction("etcd-10", "etcd")).to.deep.equal([]);
  });

  it("equal names in two namespaces are two pods", () => {
    expect(eviction("etcd-2", "other")).to.deep.equal(["other"]);
    expect(eviction("etcd-2", "etcd")).to.deep.equal([]);
    expect(deletion("etcd-0", "third", "etcd")).to.deep.equal([]);
  });

  it("each cluster that claims a pod judges it", () => {
    expect(deletion("events-0", "etcd", "etcd")).to.deep.equal(["main", "events"]);
  });

  it("what is not guarded costs no list", () => {
    expect(deletion("web", "web")).to.equal(deletion("web", "etcd"));
  });
});

describe("knownPods(configured, members, podName)", () => {
  it("those in the configuration, and those of all members", () => {
    const configured = { endpoints: ["https://etcd-0.etcd:2379", "https://10.0.0.1:2379"] };
    expect([...knownPods(configured, [], "{member}")]).to.deep.equal(["etcd-0"]);
    const members = [member(0), member(1), unstarted(2)];
    expect([...knownPods({ pods: ["p"] }, members, "x-{member}")]).to.deep.equal([
      "p",
      "x-etcd-0",
      "etcd-0",
      "x-etcd-1",
      "etcd-1",
      "etcd-2",
    ]);
  });
});
