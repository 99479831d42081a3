import { expect } from "chai";
import { describe, it } from "mocha";
import { asksForMore } from "./asks-for-more.ts";

const compare = (resource: string, operation = "UPDATE") => {
  const write = { resource, operation, subResource: "" };
  return (before: object, after: object) => asksForMore(write, { spec: before }, { spec: after });
};

describe("asksForMore(write, before, after)", () => {
  it("Services: load balancers and node ports", () => {
    const isMore = compare("services");
    const ports = [{ port: 80 }, { port: 81 }];
    const [cluster, node] = [
      { type: "ClusterIP", ports },
      { type: "NodePort", ports },
    ];
    const balanced = { type: "LoadBalancer", ports };
    const bare = { ...balanced, allocateLoadBalancerNodePorts: false };
    expect(isMore(cluster, node)).to.be.true;
    expect(isMore(cluster, balanced)).to.be.true;
    expect(isMore(node, balanced)).to.be.true;
    expect(isMore(cluster, bare)).to.be.true;
    expect(isMore(bare, balanced)).to.be.true;
    expect(isMore(bare, { ...bare, ports: [{ port: 80, nodePort: 30000 }] })).to.be.true;
    expect(isMore(node, { ...node, ports: [...ports, { port: 82 }] })).to.be.true;
    expect(isMore(balanced, node)).to.be.false;
    expect(isMore(balanced, bare)).to.be.false;
    expect(isMore(node, { ...node, ports: [{ port: 80 }] })).to.be.false;
    expect(isMore(node, { ...cluster, selector: { a: "b" } })).to.be.false;
  });

  it("claims: their size, and their class", () => {
    const isMore = compare("persistentvolumeclaims");
    const claim = (storage: string, rest = {}) => ({
      resources: { requests: { storage } },
      ...rest,
    });
    expect(isMore(claim("1Gi"), claim("2Gi"))).to.be.true;
    expect(isMore(claim("1Gi"), claim("bad"))).to.be.true;
    expect(isMore(claim("1Gi"), claim("1Gi", { storageClassName: "fast" }))).to.be.true;
    expect(isMore(claim("1Gi"), claim("1024Mi", { volumeName: "v" }))).to.be.false;
    expect(isMore(claim("2Gi"), claim("1Gi"))).to.be.false;
  });

  it("pods: what a container of theirs, or all together, ask for", () => {
    const isMore = compare("pods");
    const pod = (cpu: string, kind = "requests", list = "containers") => ({
      [list]: [{ name: "a", resources: { [kind]: { cpu } } }],
    });
    for (const list of ["containers", "initContainers"]) {
      expect(isMore(pod("1", "requests", list), pod("1100m", "requests", list))).to.be.true;
    }
    expect(isMore(pod("1", "limits"), pod("2", "limits"))).to.be.true;
    expect(isMore({}, { resources: { requests: { cpu: "1" } } })).to.be.true;
    expect(isMore(pod("1"), pod("900m"))).to.be.false;
  });

  it("others: whatever is changed", () => {
    expect(compare("resourceclaims.resource.k8s.io")({}, {})).to.be.true;
  });
});
