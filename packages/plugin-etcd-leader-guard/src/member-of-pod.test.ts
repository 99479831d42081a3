import { expect } from "chai";
import { describe, it } from "mocha";
import { idOf, member, unstarted } from "../test/cluster.ts";
import type { Member } from "./member-status.ts";
import {
  hostLabelsOf,
  memberOfPod,
  membersWithoutPod,
  namingOf,
  podNameFor,
  podNamesOf,
} from "./member-of-pod.ts";

const upstream = [0, 1, 10].map((index) => member(index));

/** The member's name, "none", or why it is not known. */
function find(
  name: string,
  members: readonly Member[],
  { ips = [] as string[], podName = "{member}", pods = [] as string[] } = {},
): string {
  const mapping = memberOfPod({ name, ips }, members, { podName, pods: new Set(pods) });
  if ("unmappable" in mapping) return mapping.unmappable;
  return mapping.member === undefined ? "none" : mapping.member.name || mapping.member.id;
}

const at = (index: number, ...hosts: string[]) =>
  member(index, { clientURLs: hosts.map((host) => `https://${host}:2379`) });

describe("memberOfPod(pod, members, naming)", () => {
  const pods = ["etcd-0", "etcd-1", "etcd-10"];

  it("by the exact name: etcd-1 is not etcd-10", () => {
    expect(find("etcd-1", upstream)).to.equal("etcd-1");
    expect(find("etcd-10", upstream)).to.equal("etcd-10");
    for (const name of ["etcd", "etcd-", "etcd-100", "tcd-1", "my-etcd-1", ""]) {
      expect(find(name, upstream, { pods })).to.equal("none");
    }
  });

  it("by podName, as kubeadm has it", () => {
    const kubeadm = [at(0, "10.0.0.1"), at(1, "10.0.0.2")].map((each, index) => ({
      ...each,
      name: `cp${index}.example.com`,
    }));
    const naming = { podName: "etcd-{member}", pods: ["etcd-cp0.example.com"] };
    expect(find("etcd-cp1.example.com", kubeadm, naming)).to.equal("cp1.example.com");
    const both = { ...naming, pods: ["etcd-cp0.example.com", "etcd-cp1.example.com"] };
    expect(find("cp1.example.com", kubeadm, both)).to.equal("none");
    expect(find("a$&b", [member(0, { name: "$&" })], { podName: "a{member}b" })).to.equal("$&");
  });

  it("by the first label of a client URL's host, or of the peer URL before the first start", () => {
    const named = [at(0, "db-0.db.ns.svc", "db.ns.svc"), at(1, "db-1.db.ns.svc", "db.ns.svc")];
    expect(find("db-1", named)).to.equal("etcd-1");
    expect(find("db", named)).to.equal("it fits members etcd-0, etcd-1 alike");
    expect(find("etcd-3", [...upstream, unstarted(3)])).to.equal(idOf(3));
    const peer = member(0, { peerURLs: ["http://other.etcd:2380"] });
    expect(find("other", [peer], { pods: ["etcd-0"] })).to.equal("none");
  });

  it("by address, where nothing else fits", () => {
    const byIP = [at(0, "10.0.0.1"), at(1, "10.0.0.11"), at(2, "[fd00::1]")];
    expect(find("x", byIP, { ips: ["10.0.0.1"] })).to.equal("etcd-0");
    expect(find("x", byIP, { ips: ["10.9.9.9", "fd00:0:0::1"] })).to.equal("etcd-2");
    expect(find("etcd-1", byIP, { ips: ["10.0.0.1"] })).to.equal("etcd-1");
    expect(find("x", byIP, { ips: ["10.0.0.1", "fd00::1"] })).to.match(/etcd-0, etcd-2 alike/);
    const late = unstarted(3, { peerURLs: ["https://10.0.0.4:2380"] });
    expect(find("x", [...byIP, late], { ips: ["10.0.0.4"] })).to.equal(idOf(3));
  });

  it("is nobody's only where every member is surely another pod", () => {
    expect(find("backup", upstream, { pods })).to.equal("none");
    expect(find("backup", upstream, { pods: ["etcd-0", "etcd-1"] })).to.match(
      /cannot be told from member etcd-10$/,
    );
    expect(find("backup", upstream), "no pods are listed").to.match(/etcd-0, etcd-1, etcd-10$/);
    const byIP = [at(0, "10.0.0.1"), at(1, "10.0.0.2")];
    expect(find("backup", byIP, { ips: ["10.0.0.3"] }), "theirs may be a Service's").to.match(
      /cannot be told from members etcd-0, etcd-1$/,
    );
    expect(find("backup", byIP), "an eviction").to.match(/cannot be told from/);
  });

  it("the hosts of endpoints list nobody, since they may be Services'", () => {
    const endpoints = ["http://etcd-0.etcd:2379", "http://etcd-1.etcd:2379"];
    const pods = ["orders-etcd-0", "orders-etcd-1"];
    for (const listed of [[], pods]) {
      const naming = namingOf({
        podName: "{member}",
        members: { ...{ endpoints }, pods: listed },
      });
      const members = [member(0), member(1)];
      expect(memberOfPod({ name: "orders-etcd-1", ips: [] }, members, naming)).to.include({
        podName: "orders-{member}",
      });
    }
  });

  it("two that claim it are told, and not guessed", () => {
    expect(find("etcd-1", [member(0), at(2, "etcd-1.etcd"), at(1, "etcd-2.etcd")])).to.equal(
      "its name is that of member etcd-1, and it is the host of member etcd-2",
    );
    const twins = [member(0, { name: "etcd" }), member(1, { name: "etcd" })];
    expect(find("etcd", twins)).to.match(/etcd, etcd alike/);
    const told = [
      member(0, { name: "etcd-1", clientURLs: ["http://10.0.0.1:1"] }),
      member(1, { clientURLs: ["http://etcd-1:1"] }),
    ];
    expect(
      memberOfPod({ name: "etcd-1", ips: [] }, told, { podName: "{member}", pods: new Set() }),
    ).to.deep.equal({ member: told[1] });
  });

  it("URLs that are none are no host", () => {
    expect(
      hostLabelsOf(["http://A.b:1", "http://10.0.0.1:1", "http://[::1]:1", "?", ""]),
    ).to.deep.equal(["a"]);
  });
});

describe("podNamesOf(member, podName)", () => {
  it("is what the member is found by", () => {
    expect(podNamesOf(at(0, "db-0.db"), "x-{member}")).to.deep.equal(["x-etcd-0", "db-0"]);
    expect(podNamesOf(unstarted(3), "{member}")).to.deep.equal(["etcd-3"]);
  });
});

describe("podNameFor(pod, members)", () => {
  it("is what makes one of the members that pod's", () => {
    expect(podNameFor("orders-etcd-10", upstream)).to.equal("orders-{member}");
    expect(podNameFor("orders-etcd-0", [member(0, { name: "0" })])).to.equal(
      "orders-etcd-{member}",
    );
    for (const pod of ["etcd-0", "web-0", "etcd-100", ""]) {
      expect(podNameFor(pod, [...upstream, unstarted(3)]), pod).to.equal(undefined);
    }
  });
});

describe("membersWithoutPod(members, naming)", () => {
  const without = (members: readonly Member[], podName = "{member}", pods: string[] = []) =>
    membersWithoutPod(members, { podName, pods: new Set(pods) }).map(({ name }) => name);

  it("none where name and host agree, or the pods are listed", () => {
    expect(without([member(0), member(1)])).to.deep.equal([]);
    expect(without([at(0, "10.0.0.1")], "{member}", ["etcd-0"])).to.deep.equal([]);
    expect(without([at(0, "db-0.db")], "{member}", ["db-0"])).to.deep.equal([]);
    expect(without([unstarted(3)]), "it has no process yet").to.deep.equal([]);
  });

  it("those whose pods may have any name", () => {
    expect(without([at(0, "10.0.0.1")])).to.deep.equal(["etcd-0"]);
    expect(without([member(0), member(1)], "x-{member}", ["etcd-1"])).to.deep.equal(["etcd-0"]);
    expect(without([at(0, "10.0.0.1")], "x-{member}", ["db-0"])).to.deep.equal(["etcd-0"]);
  });
});
