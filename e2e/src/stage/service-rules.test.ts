import type { Kinds } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { serviceRules } from "./service-rules.ts";

type Slice = Kinds["discovery.k8s.io/v1/endpointslices"];
type Conditions = { ready?: boolean; serving?: boolean; terminating?: boolean };

const service: Kinds["v1/services"] = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "shop" },
  spec: { clusterIP: "10.0.0.7", ports: [{ name: "https", port: 443 }] },
};

function slice(endpoints: Record<string, Conditions>, namespace = "shop"): Slice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "web-1", namespace, labels: { "kubernetes.io/service-name": "web" } },
    addressType: "IPv4",
    ports: [{ name: "https", port: 8443 }],
    endpoints: Object.entries(endpoints).map(([ip, conditions]) => ({
      addresses: [ip],
      conditions,
    })),
  };
}

const ready = { ready: true, serving: true, terminating: false };
const draining = { ready: false, serving: true, terminating: true };
const unready = { ready: false, serving: false, terminating: false };

describe("serviceRules(services, slices)", () => {
  const ipsOf = (...slices: Slice[]) =>
    serviceRules([service], slices)
      .get("10.0.0.7:443")
      ?.map(({ ip, port }) => `${ip}:${port}`);

  it("goes to endpoints that are ready, of all slices of the Service", () => {
    const slices = [slice({ a: ready, b: draining, c: unready }), slice({ d: {} })];
    expect(ipsOf(...slices)).to.deep.equal(["a:8443", "d:8443"]);
  });

  it("goes to those that end and still serve where none is ready", () => {
    expect(ipsOf(slice({ b: draining, c: unready }))).to.deep.equal(["b:8443"]);
  });

  it("goes nowhere for slices of other namespaces and ports", () => {
    const other = { ...slice({ a: ready }), ports: [{ name: "metrics", port: 9090 }] };
    expect(ipsOf(slice({ a: ready }, "else"), other)).to.deep.equal([]);
  });

  it("knows nothing of a Service without an address", () => {
    const headless = { ...service, spec: { ...service.spec, clusterIP: "None" } };
    expect(serviceRules([headless], [slice({ a: ready })]).size).to.equal(0);
  });
});
