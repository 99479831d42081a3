import { expect } from "chai";
import { describe, it } from "mocha";
import type { WriteVerb } from "./cluster.ts";
import { loadReconcile } from "./declared-reconcile.ts";
import type { PolicyRule } from "./policy-rule.ts";
import { policyRules } from "./policy-rules.ts";

const access = (reads: string[], writes: Record<string, WriteVerb[]> = {}) => ({
  name: "quota",
  access: {
    reads: new Set(reads),
    writes: new Map(Object.entries(writes).map(([key, verbs]) => [key, new Set(verbs)])),
  },
  policyRules: [] as PolicyRule[],
  reconcile: undefined,
});

describe("policyRules(plugins): PolicyRule[]", () => {
  it("has one rule for each resource, with what all plugins need of it", () => {
    const rules = policyRules([
      access(["v1/namespaces", "apps/v1/deployments"], { "v1/namespaces/status": ["update"] }),
      access(["v1/namespaces"], { "v1/namespaces": ["patch"], "v1/configmaps": ["create"] }),
      access(["apps/v1beta1/deployments"]),
      access([]),
    ]);
    expect(rules).to.deep.equal([
      { apiGroups: [""], resources: ["namespaces"], verbs: ["get", "list", "watch", "patch"] },
      { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list", "watch"] },
      { apiGroups: [""], resources: ["namespaces/status"], verbs: ["update"] },
      { apiGroups: [""], resources: ["configmaps"], verbs: ["create"] },
    ]);
  });

  it("lets a plugin that reconciles make its Lease, and have that one alone", () => {
    const reconcile = loadReconcile({ resource: "v1/namespaces", handle() {} });
    const rules = policyRules([
      { ...access([]), name: "idle" },
      { ...access([]), reconcile },
      { ...access([]), name: "tenancy", reconcile },
    ]);
    const leases = { apiGroups: ["coordination.k8s.io"], resources: ["leases"] };
    const resourceNames = ["gatewright-quota", "gatewright-tenancy"];
    expect(rules).to.deep.equal([
      { ...leases, verbs: ["create"] },
      { ...leases, verbs: ["get", "update"], resourceNames },
    ]);
  });

  it("has what plugins need beside that, as they say it", () => {
    const bind: PolicyRule = {
      apiGroups: ["rbac.authorization.k8s.io"],
      resources: ["clusterroles"],
      verbs: ["bind"],
      resourceNames: ["edit"],
    };
    const reconcile = loadReconcile({ resource: "v1/namespaces", handle() {} });
    const rules = policyRules([{ ...access([]), policyRules: [bind], reconcile }]);
    expect(rules.slice(0, -2)).to.deep.equal([bind]);
  });

  it("has none for plugins that declare nothing", () => {
    expect(policyRules([access([]), access([])])).to.deep.equal([]);
  });
});
