import type { Rule } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { endpoint, everything, pods } from "../../test/endpoints.ts";
import { CONTENT_ANNOTATION, webhookConfigurations } from "./webhook-configurations.ts";

const service = { name: "hook", namespace: "gatewright-system" };
const options = {
  name: "gatewright",
  clientConfig: { service },
  caBundle: "PEM",
  namespace: "gatewright-system",
};
const conditionsOf = (rules: Rule[], more: object = {}) =>
  webhookConfigurations([endpoint("a.example.com", "validate", { rules, ...more })], options)[0]
    ?.webhooks[0]?.matchConditions ?? [];
const namesOf = (rules: Rule[], more: object = {}) =>
  conditionsOf(rules, more).map(({ name }) => name);
const rule = (group: string, resource: string, scope?: "Cluster" | "Namespaced"): Rule => ({
  apiGroups: [group],
  apiVersions: ["v1"],
  resources: [resource],
  operations: ["*"],
  ...(scope !== undefined && { scope }),
});

describe("webhookConfigurations(endpoints, options)", () => {
  it("gives one configuration for each phase, with all that has a default written out", () => {
    const both = webhookConfigurations(
      [endpoint("a.example.com", "mutate"), endpoint("a.example.com", "validate")],
      options,
    );
    expect(both.map(({ kind, metadata }) => [kind, metadata.name])).to.deep.equal([
      ["MutatingWebhookConfiguration", "gatewright"],
      ["ValidatingWebhookConfiguration", "gatewright"],
    ]);
    const [mutating, validating] = both;
    const values = ["gatewright-system", "kube-system", "kube-node-lease"];
    const entry = {
      name: "a.example.com",
      clientConfig: {
        service: { ...service, path: "/mutate/a.example.com", port: 443 },
        caBundle: Buffer.from("PEM").toString("base64"),
      },
      rules: [{ ...pods, scope: "*" }],
      failurePolicy: "Fail",
      matchPolicy: "Equivalent",
      namespaceSelector: {
        matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values }],
      },
      objectSelector: {},
      sideEffects: "None",
      timeoutSeconds: 10,
      admissionReviewVersions: ["v1"],
    };
    expect(mutating?.webhooks).to.deep.equal([{ ...entry, reinvocationPolicy: "IfNeeded" }]);
    expect(validating?.webhooks).to.deep.equal([
      {
        ...entry,
        clientConfig: {
          ...entry.clientConfig,
          service: { ...service, path: "/validate/a.example.com", port: 443 },
        },
      },
    ]);
    expect(mutating?.metadata.labels).to.include({ "app.kubernetes.io/managed-by": "gatewright" });
  });

  it("leaves out the configuration of a phase that no webhook has, and a CA that nobody knows", () => {
    const { caBundle: _, ...untold } = options;
    const found = webhookConfigurations([endpoint("a.example.com", "validate")], untold);
    expect(found.map(({ kind }) => kind)).to.deep.equal(["ValidatingWebhookConfiguration"]);
    expect(found[0]?.webhooks[0]?.clientConfig).to.not.have.property("caBundle");
  });

  it("keeps the configured order, and calls by URL where it is told to", () => {
    const [one] = webhookConfigurations(
      ["z.example.com", "a.example.com"].map((name) => endpoint(name, "validate")),
      { ...options, clientConfig: { url: "https://10.0.0.1:8443/" } },
    );
    expect(one?.webhooks.map(({ clientConfig }) => clientConfig.url)).to.deep.equal([
      "https://10.0.0.1:8443/validate/z.example.com",
      "https://10.0.0.1:8443/validate/a.example.com",
    ]);
  });

  it("passes on what the operator says, and joins its namespaceSelector", () => {
    const namespaceSelector = {
      matchLabels: { team: "a" },
      matchExpressions: [{ key: "env", operator: "Exists" as const }],
    };
    const given = {
      failurePolicy: "Ignore" as const,
      matchPolicy: "Exact" as const,
      reinvocationPolicy: "Never" as const,
      timeoutSeconds: 3,
      objectSelector: { matchLabels: { a: "b" } },
      matchConditions: [{ name: "mine", expression: "true" }],
    };
    const [one] = webhookConfigurations(
      [endpoint("a.example.com", "mutate", { ...given, namespaceSelector })],
      options,
    );
    expect(one?.webhooks[0]).to.deep.include(given);
    expect(one?.webhooks[0]?.namespaceSelector).to.deep.equal({
      matchLabels: { team: "a" },
      matchExpressions: [
        { key: "env", operator: "Exists" },
        {
          key: "kubernetes.io/metadata.name",
          operator: "NotIn",
          values: ["gatewright-system", "kube-system", "kube-node-lease"],
        },
      ],
    });
  });

  it("leaves out by conditions what rules can reach, and adds the operator's behind them", () => {
    expect(namesOf([pods])).to.deep.equal([]);
    const all = [
      "gatewright-not-system-namespaces",
      "gatewright-not-nodes",
      "gatewright-not-certificatesigningrequests",
      "gatewright-not-leases",
      "gatewright-not-reviews",
      "gatewright-not-kubelets",
      "gatewright-not-itself",
      "gatewright-not-apiserver",
    ];
    expect(namesOf([everything])).to.deep.equal(all);
    const matchConditions = [{ name: "mine", expression: "true" }];
    expect(namesOf([everything], { matchConditions })).to.deep.equal([...all, "mine"]);
    for (const [found, expected] of [
      [rule("", "nodes/status"), ["gatewright-not-nodes"]],
      [
        rule("", "*/status"),
        [
          "gatewright-not-system-namespaces",
          "gatewright-not-nodes",
          "gatewright-not-kubelets",
          "gatewright-not-apiserver",
        ],
      ],
      [rule("", "*", "Namespaced"), ["gatewright-not-kubelets"]],
      [rule("", "pods/status"), []],
      [rule("apps", "*", "Namespaced"), []],
      [rule("coordination.k8s.io", "leases"), ["gatewright-not-leases"]],
      [rule("coordination.k8s.io", "*", "Cluster"), ["gatewright-not-apiserver"]],
      [rule("authorization.k8s.io", "subjectaccessreviews"), ["gatewright-not-reviews"]],
      [rule("rbac.authorization.k8s.io", "clusterroles"), ["gatewright-not-itself"]],
      [rule("scheduling.k8s.io", "priorityclasses"), ["gatewright-not-itself"]],
    ] as const) {
      expect(namesOf([found]), JSON.stringify(found)).to.deep.equal(expected);
    }
  });

  it("writes conditions that name just what the rules reach", () => {
    expect(conditionsOf([rule("storage.k8s.io", "csinodes")])).to.deep.equal([
      {
        name: "gatewright-not-nodes",
        expression:
          '!(request.resource.group == "storage.k8s.io" && request.resource.resource == "csinodes")',
      },
    ]);
  });

  it("leaves namespaces out by a condition where rules reach them, whose labels are not to be trusted", () => {
    const [found] = webhookConfigurations(
      [endpoint("a.example.com", "mutate", { rules: [rule("", "namespaces")] })],
      options,
    );
    expect(found?.webhooks[0]?.namespaceSelector).to.deep.equal({});
    expect(found?.webhooks[0]?.matchConditions).to.deep.equal([
      {
        name: "gatewright-not-system-namespaces",
        expression:
          '!(has(request.namespace) && request.namespace in ["gatewright-system", "kube-system", "kube-node-lease"])',
      },
    ]);
  });

  it("leaves nothing out that `include` names", () => {
    const include = [
      "own-namespace",
      "kube-system",
      "nodes",
      "certificatesigningrequests",
      "leases",
      "reviews",
    ] as const;
    expect(namesOf([everything], { include })).to.deep.equal([
      "gatewright-not-itself",
      "gatewright-not-apiserver",
    ]);
    const selectorWith = (more: object) =>
      webhookConfigurations([endpoint("a.example.com", "validate", more)], options)[0]?.webhooks[0]
        ?.namespaceSelector.matchExpressions?.[0]?.values;
    expect(selectorWith({ include })).to.equal(undefined);
    expect(selectorWith({ include: ["kube-system"] })).to.deep.equal(["gatewright-system"]);
    expect(selectorWith({ include: ["own-namespace"] })).to.deep.equal([
      "kube-system",
      "kube-node-lease",
    ]);
  });

  it("gives selectors as the API server gives them back, without what is empty", () => {
    const given = {
      matchLabels: {},
      matchExpressions: [{ key: "a", operator: "Exists", values: [] }],
    } as const;
    const include = ["own-namespace", "kube-system"] as const;
    const more = { objectSelector: given, namespaceSelector: { matchLabels: {} }, include };
    const [validating] = webhookConfigurations(
      [endpoint("a.example.com", "validate", more)],
      options,
    );
    expect(validating?.webhooks[0]).to.deep.include({
      objectSelector: { matchExpressions: [{ key: "a", operator: "Exists" }] },
      namespaceSelector: {},
    });
  });

  it("tells two contents apart by an annotation, and not by their CA or owner", () => {
    const contentOf = (more: object, given: object = {}) =>
      webhookConfigurations([endpoint("a.example.com", "validate", given)], {
        ...options,
        ...more,
      })[0]?.metadata.annotations?.[CONTENT_ANNOTATION];
    const owner = { apiVersion: "v1", kind: "Namespace", name: "a", uid: "1" };
    expect(contentOf({})).to.match(/^[0-9a-f]{16}$/);
    expect(contentOf({ caBundle: "other", ownerReferences: [owner] })).to.equal(contentOf({}));
    expect(contentOf({}, { timeoutSeconds: 9 })).to.not.equal(contentOf({}));
  });
});
