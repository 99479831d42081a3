import {
  describeServer,
  definePlugin,
  type InspectedConfigFile,
  inspectConfigFile,
} from "@gatewright/core";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { fileURLToPath } from "node:url";
import { accessOf } from "./access-of.ts";

const LEAST = fileURLToPath(new URL("../../test/configurations/least.yaml", import.meta.url));
const rules = [
  { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] },
] as const;
const validate = { rules, sideEffects: "NoneOnDryRun", handle() {} } as const;
const installed = { name: "gates", namespace: "platform" };

const counter = definePlugin({ name: "counter", validate });
const reader = definePlugin({ name: "reader", reads: ["apps/v1/deployments"], validate });
const holder = definePlugin({
  name: "holder",
  reads: ["v1/namespaces"],
  // As a plugin would that makes Leases of its own, wherever it likes.
  writes: { "coordination.k8s.io/v1/leases": ["create"] },
  validate,
  reconcile: { resource: "v1/namespaces", async handle() {} },
});

const LEASES = { apiGroups: ["coordination.k8s.io"], resources: ["leases"] };

describe("accessOf(inspected, description, installed)", () => {
  let least: InspectedConfigFile;
  before(async () => {
    least = await inspectConfigFile(LEAST);
  });

  const access = async (
    plugins: Parameters<typeof describeServer>[0]["webhooks"][string]["plugins"],
    more: Partial<InspectedConfigFile["file"]> = {},
  ) => {
    const description = await describeServer({ webhooks: { "x.example.com": { plugins } } });
    return accessOf({ ...least, file: { ...least.file, ...more } }, description, installed);
  };

  it("is none for plugins that need none", async () => {
    expect(await access([counter()])).to.deep.equal({
      clusterRules: [],
      namespacedRules: [{ namespace: "platform", rules: [] }],
      usesCluster: false,
    });
  });

  it("is what plugins declare, in the whole cluster", async () => {
    const { clusterRules, usesCluster } = await access([reader()]);
    expect(usesCluster).to.equal(true);
    expect(clusterRules).to.deep.equal([
      { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list", "watch"] },
    ]);
  });

  const held = [
    { ...LEASES, verbs: ["create"] },
    { ...LEASES, verbs: ["get", "update"], resourceNames: ["gatewright-holder"] },
  ];

  it("is their Leases in the server's namespace alone, and what they declare of Leases everywhere", async () => {
    const { clusterRules, namespacedRules } = await access([holder()]);
    expect(namespacedRules).to.deep.equal([{ namespace: "platform", rules: held }]);
    expect(clusterRules).to.deep.include({ ...LEASES, verbs: ["create"] });
    expect(clusterRules).to.have.length(2);
  });

  it("is their Leases where the file has them", async () => {
    const { namespacedRules } = await access([holder()], {
      leaderElection: { namespace: "leases" },
    });
    expect(namespacedRules).to.deep.equal([
      { namespace: "platform", rules: [] },
      { namespace: "leases", rules: held },
    ]);
  });

  const configurations = ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"];

  it("is the Secret of a certificate by its name, and what says whether callers trust its CA", async () => {
    const description = await describeServer({
      webhooks: { "x.example.com": { plugins: [counter()] } },
    });
    const inspected = { ...least, secretName: "gates-tls" };
    const { clusterRules, namespacedRules } = await accessOf(inspected, description, installed);
    expect(namespacedRules[0]?.rules).to.deep.include({
      apiGroups: [""],
      resources: ["secrets"],
      verbs: ["get", "update"],
      resourceNames: ["gates-tls"],
    });
    expect(clusterRules.map(({ resources, verbs }) => ({ resources, verbs }))).to.deep.equal(
      configurations.map((resource) => ({ resources: [resource], verbs: ["list"] })),
    );
  });

  it("asks for nothing twice where plugins and the registration hold Leases", async () => {
    const { clusterRules, namespacedRules } = await access([holder()], { registration: {} });
    for (const rules of [clusterRules, ...namespacedRules.map((each) => each.rules)]) {
      const texts = rules.map((rule) => JSON.stringify(rule));
      expect(new Set(texts).size).to.equal(texts.length);
    }
    expect(clusterRules.flatMap(({ resources }) => resources)).to.include.members(configurations);
  });
});
