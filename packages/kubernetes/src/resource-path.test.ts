import { ClusterError } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { creationPath, objectPath, resourcePath } from "./resource-path.ts";

describe("resourcePath(resource, { namespace, name })", () => {
  it("is where the API server has it", () => {
    expect(resourcePath("v1/namespaces", {})).to.equal("/api/v1/namespaces");
    expect(resourcePath("v1/pods", { namespace: "a", name: "b" })).to.equal(
      "/api/v1/namespaces/a/pods/b",
    );
    expect(resourcePath("apps/v1/deployments/scale", { namespace: "a", name: "b" })).to.equal(
      "/apis/apps/v1/namespaces/a/deployments/b/scale",
    );
    const role = "rbac.authorization.k8s.io/v1/clusterroles";
    expect(resourcePath(role, { name: "system:node" })).to.equal(
      "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode",
    );
  });

  it("never is another object's, or a whole collection's, by what a name contains", () => {
    for (const name of ["", ".", "..", "a/b", "../a", undefined as never, 1 as never]) {
      const object = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "a" } };
      expect(() => objectPath("v1/pods", object), `name ${name}`).to.throw(ClusterError, "name");
    }
    expect(() => resourcePath("v1/pods", { namespace: "" })).to.throw(ClusterError, "namespace");
    expect(resourcePath("v1/pods", { namespace: "a", name: "b?c#d e%2f" })).to.equal(
      "/api/v1/namespaces/a/pods/b%3Fc%23d%20e%252f",
    );
  });

  it("refuses what names no resource", () => {
    expect(() => resourcePath("pods", {})).to.throw(ClusterError, '"pods" names no resource');
  });
});

describe("creationPath(resource, object)", () => {
  const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "b", namespace: "a" } };
  it("is the collection's, and a subresource's that of its object", () => {
    expect(creationPath("v1/pods", object)).to.equal("/api/v1/namespaces/a/pods");
    expect(creationPath("v1/pods/eviction", object)).to.equal(
      "/api/v1/namespaces/a/pods/b/eviction",
    );
  });
});
