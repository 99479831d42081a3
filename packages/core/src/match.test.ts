import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { podRequest } from "../test/reviews.ts";
import type { AdmissionRequest } from "./admission.ts";
import { createMatcher, matches } from "./match.ts";
import type { Rule } from "./rule-types.ts";

const podRule: Rule = {
  apiGroups: [""],
  apiVersions: ["v1"],
  resources: ["pods"],
  operations: ["CREATE"],
};

const resource = (text: string) => {
  const [group = "", version = "", name = ""] = text.split(" ");
  return { group, version, resource: name };
};

describe("matches(rules, request): boolean", () => {
  const cases: [
    title: string,
    rule: Partial<Rule>,
    request: Partial<AdmissionRequest>,
    is: boolean,
  ][] = [
    ["the resource", {}, {}, true],
    ["another operation", {}, { operation: "UPDATE" }, false],
    ["any operation", { operations: ["*"] }, { operation: "CONNECT" }, true],
    [
      "one of several operations",
      { operations: ["UPDATE", "DELETE"] },
      { operation: "DELETE" },
      true,
    ],
    ["another group", {}, { resource: resource("apps v1 pods") }, false],
    ["any group", { apiGroups: ["*"] }, { resource: resource("apps v1 pods") }, true],
    ["another version", {}, { resource: resource(" v2 pods") }, false],
    ["any version", { apiVersions: ["*"] }, { resource: resource(" v2 pods") }, true],
    ["another resource", {}, { resource: resource(" v1 nodes") }, false],
    ["pods excludes subresources", {}, { subResource: "status" }, false],
    ["an empty subresource is none", {}, { subResource: "" }, true],
    ["pods/status", { resources: ["pods/status"] }, { subResource: "status" }, true],
    ["pods/status is not pods", { resources: ["pods/status"] }, {}, false],
    ["pods/* has subresources", { resources: ["pods/*"] }, { subResource: "eviction" }, true],
    ["pods/* has pods, as for kube-apiserver", { resources: ["pods/*"] }, {}, true],
    ["pods/* is not nodes/*", { resources: ["nodes/*"] }, { subResource: "status" }, false],
    ["* excludes subresources", { resources: ["*"] }, { subResource: "status" }, false],
    ["* is any resource", { resources: ["*"] }, { resource: resource(" v1 nodes") }, true],
    ["*/status", { resources: ["*/status"] }, { subResource: "status" }, true],
    ["*/status is not */scale", { resources: ["*/status"] }, { subResource: "scale" }, false],
    ["*/* is everything", { resources: ["*/*"] }, { subResource: "exec" }, true],
    ["Namespaced has a namespace", { scope: "Namespaced" }, {}, true],
    ["Namespaced without one", { scope: "Namespaced" }, { namespace: "" }, false],
    ["Cluster with a namespace", { scope: "Cluster" }, {}, false],
    ["Cluster without one", { scope: "Cluster" }, { namespace: "" }, true],
    ["any scope", { scope: "*" }, { namespace: "" }, true],
  ];
  for (const [title, rule, facts, is] of cases) {
    it(`${title}: ${is}`, () => {
      expect(matches([{ ...podRule, ...rule }], podRequest(facts))).to.equal(is);
    });
  }

  it("a Namespace is cluster-scoped, though it has its own name as namespace", () => {
    const request = podRequest({ resource: resource(" v1 namespaces"), namespace: "team-a" });
    const rule = { ...podRule, resources: ["namespaces"] };
    expect(matches([{ ...rule, scope: "Cluster" }], request)).to.equal(true);
    expect(matches([{ ...rule, scope: "Namespaced" }], request)).to.equal(false);
    const imposter = podRequest({ resource: resource("x.io v1 namespaces"), namespace: "team-a" });
    const own = { ...rule, apiGroups: ["x.io"], scope: "Namespaced" as const };
    expect(matches([own], imposter)).to.equal(true);
  });

  it("one rule is enough, and none is not", () => {
    expect(matches([{ ...podRule, resources: ["nodes"] }, podRule], podRequest())).to.equal(true);
    expect(matches([], podRequest())).to.equal(false);
  });
});

describe("createMatcher<T>(candidates, rulesOf): (request) => readonly T[]", () => {
  const words = fc.constantFrom("", "v1", "pods", "nodes", "namespaces", " ", "v1 pods", "n", "*");
  const requests = fc
    .record({
      operation: fc.constantFrom("CREATE", "UPDATE", "DELETE", "CONNECT"),
      resource: fc.record({ group: words, version: words, resource: words }),
      subResource: fc.option(words, { nil: undefined }),
      namespace: words,
    })
    .map((facts) => podRequest(facts as Partial<AdmissionRequest>));
  const lists = (items: fc.Arbitrary<string>) => fc.array(items, { minLength: 1, maxLength: 2 });
  const ruleLists = fc.array(
    fc.record({
      apiGroups: lists(fc.constantFrom("", "*", "v1")),
      apiVersions: lists(fc.constantFrom("v1", "*", "v1 pods")),
      resources: lists(fc.constantFrom("pods", "*", "*/*", "pods/*", "namespaces")),
      operations: lists(fc.constantFrom("CREATE", "*")) as fc.Arbitrary<Rule["operations"]>,
      scope: fc.constantFrom("*" as const, "Cluster" as const, "Namespaced" as const),
    }),
    { maxLength: 3 },
  );

  it("finds what matches() finds, in order, however often and in whatever order it is asked", () => {
    fc.assert(
      fc.property(
        fc.array(ruleLists, { maxLength: 4 }),
        fc.array(requests),
        (candidates, asked) => {
          const match = createMatcher(candidates, (rules) => rules);
          for (const request of [...asked, ...asked]) {
            expect(match(request)).to.deep.equal(
              candidates.filter((rules) => matches(rules, request)),
            );
          }
        },
      ),
    );
  });

  it("forgets rather than grow with what strangers make up", () => {
    const match = createMatcher([[podRule]], (rules) => rules);
    for (let n = 0; n < 5_000; n++) {
      expect(match(podRequest({ resource: resource(` v1 made-up-${n}`) }))).to.deep.equal([]);
    }
    expect(match(podRequest())).to.have.length(1);
  });
});
