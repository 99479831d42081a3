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
});
