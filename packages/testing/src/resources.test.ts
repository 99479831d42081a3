import { readFileSync } from "node:fs";
import { expect } from "chai";
import { describe, it } from "mocha";
import { parseResource, resourceOfKind } from "./resources.ts";

/** Every key of `Kinds` that is no subresource, with its kind: `v1/pods`, `Pod`. */
function kinds(): [key: string, kind: string][] {
  const source = readFileSync(
    new URL("../../kubernetes-types/src/kinds.ts", import.meta.url),
    "utf8",
  );
  const body = source.slice(
    source.indexOf("export interface Kinds {"),
    source.indexOf("export interface ServedOperations"),
  );
  return [...body.matchAll(/^ {2}"((?:[^/"]+\/)?v[^/"]+\/[^/"]+)": \w+\.(\w+);$/gm)].map(
    ([, key = "", kind = ""]) => [key, kind],
  );
}

describe("resourceOfKind(apiVersion, kind)", () => {
  it("has the plural of every built-in kind", () => {
    const all = kinds();
    expect(all).to.have.length.above(80);
    for (const [key, kind] of all) {
      const apiVersion = key.slice(0, key.lastIndexOf("/"));
      const { group, version, resource } = resourceOfKind(apiVersion, kind);
      expect(`${group === "" ? "" : `${group}/`}${version}/${resource}`).to.equal(key);
    }
  });

  it("guesses the plural of others as most definitions have it", () => {
    const of = (kind: string) => resourceOfKind("example.com/v1", kind).resource;
    expect(["Widget", "Gateway", "Policy", "Box", "Batch", "Bus"].map(of)).to.deep.equal([
      "widgets",
      "gateways",
      "policies",
      "boxes",
      "batches",
      "buses",
    ]);
  });

  it("knows of built-in kinds whether they are in a namespace, of others not", () => {
    const of = (apiVersion: string, kind: string) => resourceOfKind(apiVersion, kind).namespaced;
    expect(of("v1", "Pod")).to.equal(true);
    expect(of("v1", "Namespace")).to.equal(false);
    expect(of("rbac.authorization.k8s.io/v1", "Role")).to.equal(true);
    expect(of("rbac.authorization.k8s.io/v1", "ClusterRole")).to.equal(false);
    expect(of("example.com/v1", "Node")).to.equal(undefined);
  });
});

describe("parseResource(text, apiVersion)", () => {
  it("reads what Kinds is keyed with", () => {
    const core = { group: "", version: "v1", resource: "pods" };
    expect(parseResource("v1/pods", "policy/v1")).to.deep.equal(core);
    expect(parseResource("pods", "v1")).to.deep.equal(core);
    expect(parseResource("apps/v1/deployments", "autoscaling/v1")).to.deep.equal({
      group: "apps",
      version: "v1",
      resource: "deployments",
    });
    for (const wrong of ["pods/status", "v1/", "apps/deployments"]) {
      expect(() => parseResource(wrong, "v1"), wrong).to.throw("is neither");
    }
  });
});
