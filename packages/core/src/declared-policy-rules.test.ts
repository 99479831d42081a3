import { expect } from "chai";
import { describe, it } from "mocha";
import { declaredPolicyRules } from "./declared-policy-rules.ts";

const bind = {
  apiGroups: ["rbac.authorization.k8s.io"],
  resources: ["clusterroles"],
  verbs: ["bind"],
  resourceNames: ["edit"],
};
const of = (policyRules: unknown, config?: unknown) =>
  declaredPolicyRules({ name: "x", policyRules } as never, config);

describe("declaredPolicyRules(definition, config)", () => {
  it("gives the rules, those that the configuration decides about, too", () => {
    expect(of(undefined)).to.deep.equal({ rules: [] });
    expect(of([bind])).to.deep.equal({ rules: [bind] });
    const byRole = (config: string) => [{ ...bind, resourceNames: [config] }];
    expect(of(byRole, "admin")).to.deep.equal({ rules: [{ ...bind, resourceNames: ["admin"] }] });
  });

  it("keeps a copy, which nobody changes later", () => {
    const mine = [{ ...bind, resourceNames: ["edit"] }];
    const given = of(mine);
    mine[0]?.resourceNames.push("cluster-admin");
    expect(given).to.deep.equal({ rules: [bind] });
  });

  it("says what is wrong, and what to write", () => {
    const example =
      '{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"], verbs: ["bind"], resourceNames: ["edit"] }';
    expect(of({})).to.deep.equal([`policyRules must be a list of rules: [${example}]`]);
    expect(of([1])).to.deep.equal([`policyRules[0] must be a rule: ${example}`]);
    expect(
      of(() => {
        throw new Error("no");
      }),
    ).to.deep.equal(["policyRules threw: Error: no"]);
    expect(
      of([{ ...bind, verb: 1, verbs: [], apiGroups: ["a", "b"], resourceNames: [] }]),
    ).to.deep.equal([
      'policyRules[0]: unknown key "verb" (did you mean "verbs"?); known are apiGroups, resources, verbs, resourceNames',
      'policyRules[0].apiGroups must be one group: [""]',
      'policyRules[0].verbs must be verbs of RBAC: ["bind"]',
      'policyRules[0].resourceNames must be names: ["edit"]; left out, it is about all',
    ]);
    expect(of([{ ...bind, verbs: ["*"] }])).to.deep.equal([
      'policyRules[0] may not say "*": name what is needed',
    ]);
  });
});
