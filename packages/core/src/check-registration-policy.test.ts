import { expect } from "chai";
import { describe, it } from "mocha";
import { checkRegistrationPolicy } from "./check-registration-policy.ts";
import type { RegistrationPolicy } from "./registration-policy.ts";

const wrong = (policy: object) =>
  checkRegistrationPolicy(policy as RegistrationPolicy, "/w").map(
    ({ pointer, message }) => `${pointer}: ${message}`,
  );

describe("checkRegistrationPolicy(policy, at): ConfigurationIssue[]", () => {
  it("takes what Kubernetes takes", () => {
    const policy: RegistrationPolicy = {
      namespaceSelector: { matchLabels: { a: "b" } },
      objectSelector: {
        matchExpressions: [
          { key: "a", operator: "NotIn", values: ["b"] },
          { key: "a", operator: "Exists" },
        ],
      },
      matchPolicy: "Exact",
      matchConditions: [{ name: "not-me", expression: "request.userInfo.username != 'me'" }],
      reinvocationPolicy: "Never",
      include: ["kube-system"],
    };
    expect(wrong(policy)).to.deep.equal([]);
    expect(wrong({})).to.deep.equal([]);
  });

  it("says what is wrong, and where", () => {
    expect(
      wrong({
        namespaceSelector: { matchLabel: {} },
        objectSelector: {
          matchLabels: { a: 1 },
          matchExpressions: [
            { key: "", operator: "in" },
            { key: "a", operator: "In" },
            { key: "a", operator: "Exists", values: ["b"] },
          ],
        },
        matchPolicy: "exact",
        reinvocationPolicy: "Always",
        matchConditions: [
          { name: "a", expression: "true" },
          { name: "a", expression: " " },
          { name: "gatewright-mine", expression: "true" },
          { name: "a b", expression: "true" },
        ],
        include: ["node", 1],
      }),
    ).to.deep.equal([
      '/w/namespaceSelector/matchLabel: unknown key "matchLabel" (did you mean "matchLabels"?); known are matchLabels, matchExpressions',
      "/w/objectSelector/matchLabels: must be a map of texts",
      "/w/objectSelector/matchExpressions/0: needs a key: that of a label",
      "/w/objectSelector/matchExpressions/0/operator: must be one of In, NotIn, Exists, DoesNotExist",
      "/w/objectSelector/matchExpressions/1/values: In needs values, a list of texts",
      "/w/objectSelector/matchExpressions/2/values: Exists takes no values",
      '/w/matchConditions/1/name: "a" is there twice',
      "/w/matchConditions/1/expression: must be CEL: object.metadata.name != 'x'",
      "/w/matchConditions/2/name: may not begin with gatewright-, as our own conditions do",
      "/w/matchConditions/3/name: must be a name of letters, digits, -, _ and .",
      '/w/include/0: must be one of own-namespace, kube-system, nodes, certificatesigningrequests, leases, reviews (did you mean "nodes"?)',
      "/w/include/1: must be one of own-namespace, kube-system, nodes, certificatesigningrequests, leases, reviews",
      '/w/matchPolicy: must be "Exact" or "Equivalent"',
      '/w/reinvocationPolicy: must be "Never" or "IfNeeded"',
    ]);
  });

  it("does not throw on what is no policy at all", () => {
    for (const value of [null, 1, "x", [], {}]) {
      const policy = Object.fromEntries(
        ["namespaceSelector", "objectSelector", "matchConditions", "include"].map((key) => [
          key,
          value,
        ]),
      );
      expect(() => wrong(policy)).to.not.throw();
    }
  });
});
