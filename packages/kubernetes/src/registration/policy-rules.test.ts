import { expect } from "chai";
import { describe, it } from "mocha";
import { registrationPolicyRules } from "./policy-rules.ts";

describe("registrationPolicyRules(access)", () => {
  const access = { name: "mine", namespace: "a", deployment: "d", clusterRole: "r" };

  it("writes nothing but by its name: what is yet to be made has none", () => {
    const { cluster, namespace } = registrationPolicyRules(access);
    const nameless = [...cluster, ...namespace]
      .filter(({ resourceNames }) => resourceNames === undefined)
      .map(({ resources, verbs }) => `${resources.join()}: ${verbs.join(" ")}`);
    expect(nameless).to.deep.equal([
      "mutatingwebhookconfigurations: create list watch",
      "validatingwebhookconfigurations: create list watch",
      "pods: get",
      "leases: create",
    ]);
  });

  it("names what it is told, and what is called so by default", () => {
    const namesOf = (given: Parameters<typeof registrationPolicyRules>[0]) => {
      const { cluster, namespace } = registrationPolicyRules(given);
      return [...cluster, ...namespace].flatMap(({ resources, resourceNames = [] }) =>
        resourceNames.map((name) => `${resources.join()} ${name}`),
      );
    };
    expect(namesOf(access)).to.deep.equal([
      "mutatingwebhookconfigurations mine",
      "validatingwebhookconfigurations mine",
      "namespaces a",
      "clusterroles r",
      "deployments d",
      "leases mine-registration",
    ]);
    expect(namesOf({ namespace: "a" })).to.deep.equal([
      "mutatingwebhookconfigurations gatewright",
      "validatingwebhookconfigurations gatewright",
      "namespaces a",
      "clusterroles gatewright",
      "deployments gatewright",
      "leases gatewright-registration",
    ]);
  });
});
