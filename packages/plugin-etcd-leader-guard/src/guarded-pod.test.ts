import { expect } from "chai";
import { describe, it } from "mocha";
import { member, unstarted } from "../test/cluster.ts";
import type { DeletedPod } from "./departure.ts";
import { type Claim, claimsByNamespace, guardsOf, knownPods } from "./guarded-pod.ts";

const claim = (cluster: string, namespace: string, app: string, pods: string[]): Claim<string> => ({
  cluster,
  namespace,
  selector: { matchLabels: { app } },
  pods: () => new Set(pods),
  isOpen: () => cluster === "open",
});
const claims = claimsByNamespace([
  claim("main", "etcd", "etcd", ["etcd-0", "etcd-1"]),
  claim("events", "etcd", "events", ["events-0"]),
  claim("other", "other", "etcd", ["etcd-2"]),
  claim("open", "open", "etcd", ["etcd-0"]),
]);

const pod = (name: string, namespace: string, app?: string) =>
  ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, ...(app === undefined ? {} : { labels: { app } }) },
  }) as unknown as DeletedPod;
const deletion = (name: string, namespace: string, app?: string) =>
  guardsOf(claims.get(namespace) ?? [], name, pod(name, namespace, app));
const eviction = (name: string, namespace: string, known?: ReturnType<typeof pod> | null) =>
  guardsOf(claims.get(namespace) ?? [], name, known);

describe("guardsOf(here, name, pod)", () => {
  it("a DELETE by its labels, or by its name where they were taken off", () => {
    expect(deletion("etcd-9", "etcd", "etcd")).to.deep.equal(["main"]);
    expect(deletion("etcd-1", "etcd")).to.deep.equal(["main"]);
    expect(deletion("etcd-10", "etcd")).to.deep.equal([]);
  });

  it("an eviction by its name", () => {
    expect(eviction("etcd-1", "etcd")).to.deep.equal(["main"]);
    expect(eviction("etcd-10", "etcd")).to.deep.equal([]);
  });

  it("an eviction whose pod was looked up, by its labels too", () => {
    expect(eviction("db-0", "etcd", pod("db-0", "etcd", "etcd"))).to.deep.equal(["main"]);
    expect(eviction("db-0", "etcd", pod("db-0", "etcd", "web"))).to.deep.equal([]);
    expect(eviction("etcd-1", "etcd", pod("etcd-1", "etcd"))).to.deep.equal(["main"]);
    for (const none of [null, undefined]) expect(eviction("db-0", "etcd", none)).to.deep.equal([]);
  });

  it("an eviction of which nothing is known, where a member's pod may have any name", () => {
    expect(eviction("web-0", "open")).to.deep.equal(["open"]);
    expect(eviction("web-0", "open", null), "there is none").to.deep.equal([]);
    expect(eviction("web-0", "open", pod("web-0", "open", "web"))).to.deep.equal([]);
    expect(deletion("web-0", "open", "web")).to.deep.equal([]);
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
