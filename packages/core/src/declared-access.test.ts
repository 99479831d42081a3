import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { describe, it } from "mocha";
import { declaredAccess } from "./declared-access.ts";

const access = (parts: object, config?: unknown) => declaredAccess({ name: "x", ...parts }, config);

describe("declaredAccess(definition, config): ClusterAccess | string[]", () => {
  it("is nothing where nothing is declared", () => {
    expect(access({})).to.deep.equal({ reads: new Set(), writes: new Map() });
  });

  it("has what is declared, in lists or by the configuration", () => {
    const whole = {
      reads: new Set(["v1/namespaces", "example.com/v1/widgets"]),
      writes: new Map([["v1/namespaces/status", new Set(["update"])]]),
    };
    const reads = ["v1/namespaces", "example.com/v1/widgets"];
    const writes = { "v1/namespaces/status": ["update"] };
    expect(access({ reads, writes })).to.deep.equal(whole);
    const given = { reads: (config: string[]) => config, writes: () => writes };
    expect(access(given, reads)).to.deep.equal(whole);
  });

  const wrong: Record<string, [parts: object, ...messages: string[]]> = {
    "a single resource": [
      { reads: "v1/pods" },
      'reads must be a list of resources: ["v1/namespaces"]',
    ],
    "a function that gives nothing": [
      { reads: () => undefined, writes: () => null },
      'reads must be a list of resources: ["v1/namespaces"]',
      'writes must be verbs by resource: { "v1/configmaps": ["create", "delete"] }',
    ],
    "a function that throws": [
      {
        reads: () => {
          throw new Error("no");
        },
      },
      "reads threw: Error: no",
    ],
    "what is no resource": [
      { reads: ["namespaces", "Pod", 7] },
      'reads[0]: "namespaces" is no resource: write the apiVersion, a slash and the plural: "v1/namespaces", "apps/v1/deployments"',
      'reads[1]: "Pod" is no resource: write the apiVersion, a slash and the plural: "v1/namespaces", "apps/v1/deployments"',
      'reads[2]: 7 is no resource: write the apiVersion, a slash and the plural: "v1/namespaces", "apps/v1/deployments"',
    ],
    "a singular": [
      {
        reads: ["v1/configmap", "networking.k8s.io/v1/networkpolicy", "v1/componentstatus"],
        writes: { "v1/pod/status": ["update"], "networking.k8s.io/v1/ingress": ["create"] },
      },
      'reads[0]: "v1/configmap" is no resource: they are plural (did you mean "v1/configmaps"?)',
      'reads[1]: "networking.k8s.io/v1/networkpolicy" is no resource: they are plural (did you mean "networking.k8s.io/v1/networkpolicies"?)',
      'reads[2]: "v1/componentstatus" is no resource: they are plural (did you mean "v1/componentstatuses"?)',
      'writes: "v1/pod/status" is no resource: they are plural (did you mean "v1/pods/status"?)',
      'writes: "networking.k8s.io/v1/ingress" is no resource: they are plural (did you mean "networking.k8s.io/v1/ingresses"?)',
    ],
    "a wildcard": [
      { reads: ["v1/*"] },
      'reads[0]: "v1/*" is no resource: name each resource: a wildcard would give the plugin all of the cluster',
    ],
    "a subresource to read": [
      { reads: ["v1/namespaces/status"] },
      'reads[0]: "v1/namespaces/status" cannot be read by itself: it is a part of "v1/namespaces"',
    ],
    "a list of writes": [
      { writes: ["v1/pods"] },
      'writes must be verbs by resource: { "v1/configmaps": ["create", "delete"] }',
    ],
    "no verb, and verbs that there are not": [
      { writes: { "v1/pods": [], "v1/configmaps": ["apply", "delte", 1], pods: ["create"] } },
      'writes["v1/pods"] must list one of create, update, patch, delete at least',
      'writes["v1/configmaps"]: "apply" takes "create" and "patch", as RBAC has them',
      'writes["v1/configmaps"]: "delte" is no verb (did you mean "delete"?); there are create, update, patch, delete',
      'writes["v1/configmaps"]: 1 is no verb; there are create, update, patch, delete',
      'writes: "pods" is no resource: write the apiVersion, a slash and the plural: "v1/namespaces", "apps/v1/deployments"',
    ],
  };
  for (const [what, [parts, ...messages]] of Object.entries(wrong)) {
    it(`refuses ${what}, and says what to write`, () => {
      expect(access(parts)).to.deep.equal(messages);
    });
  }

  it("takes every resource of Kinds for one, and any custom resource", async () => {
    const source = new URL("../../kubernetes-types/dist/kinds.d.ts", import.meta.url);
    const kinds = (await readFile(source, "utf8")).matchAll(/^ +"([^"]+)":/gm);
    const keys = [...kinds].map(([, key = ""]) => key);
    expect(keys).to.include.members(["v1/endpoints", "v1/pods/status"]);
    const writes = Object.fromEntries(keys.map((key) => [key, ["update"]]));
    expect(access({ writes })).to.have.property("writes");
    const reads = ["example.com/v1/hardware", "gateway.example.com/v1/class"];
    expect(access({ reads })).to.have.property("reads");
  });
});
