import { expect } from "chai";
import { describe, it } from "mocha";
import { configOf } from "../test/config.ts";
import { checkConfig } from "./check-config.ts";
import type { ConfigWritten } from "./config.ts";

type Rule = ConfigWritten["rules"][number];

function problems(rules: readonly Rule[], rest: Partial<ConfigWritten> = {}): string[] {
  try {
    checkConfig(configOf({ rules, ...rest }));
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  return [];
}

const quota = { pods: 1 };
const names = (...names: string[]): Rule => ({ match: { names }, quota });

describe("checkConfig(config)", () => {
  it("is content with what is right", () => {
    const limits = [
      { type: "Container", max: { cpu: 2 }, default: { cpu: "500m" } },
      { type: "Pod", max: { memory: "1Gi" } },
      { type: "PersistentVolumeClaim", min: { other: 1 }, max: { storage: "1Gi" } },
      { type: "openshift.io/Image", max: { storage: "1Gi" } },
    ];
    const full: Rule = {
      match: { names: ["team-*"], labelSelector: "a in (b, c)", annotations: { d: "*" } },
      quota: { configmaps: 1, "requests.cpu": 0.5, "count/jobs.batch": "5", pods: 0 },
      limitRange: { limits },
    };
    expect(problems([full, { limitRange: { limits } }])).to.deep.equal([]);
    expect(problems([{ quota }], { builtIn: {} })).to.deep.equal([]);
  });

  it("names all problems at once", () => {
    const rule: Rule = {
      match: { labelSelector: "a b" },
      quota: { pod: 1, configmaps: "1.5", secrets: -1, "requests.cpu": "two", "count/x.y/z": 1 },
    };
    expect(problems([{}, rule], { builtIn: { widgets: ["a"], events: ["b"] } })).to.deep.equal([
      "/rules/0: gives nothing: write quota, or limitRange, or both",
      '/rules/1/match/labelSelector: "a b" is no label selector: "a b" is neither "a", "!a", "a=b", "a!=b", "a in (b, c)" nor "a notin (b, c)"',
      "/rules/1/match: is never reached: rule 0 takes every namespace",
      '/rules/1/quota/pod: "pod" is no resource that a ResourceQuota counts: write "pods"',
      '/rules/1/quota/configmaps: "1.5" is no whole number, and objects are counted',
      '/rules/1/quota/secrets: "-1" is below 0',
      '/rules/1/quota/requests.cpu: "two" is no quantity: 4, 0.5, "500m" and "1.5Gi" are',
      '/rules/1/quota/count~1x.y~1z: "count/x.y/z" is no resource that a ResourceQuota counts: there are configmaps, persistentvolumeclaims, pods, replicationcontrollers, resourcequotas, secrets, services, services.nodeports, services.loadbalancers, cpu, memory, ephemeral-storage, these after "requests." and "limits.", requests.storage, hugepages-2Mi, "requests.example.com/gpu", and "count/<resource>.<group>"',
      '/builtIn/widgets: "widgets" is none that can be counted: write its group, as in "jobs.batch"',
      '/builtIn/events: "events" is none that can be counted: write its group, as in "jobs.batch"',
    ]);
  });

  it("names that an earlier rule takes", () => {
    expect(problems([names("team-a"), names("team-*"), names("*")])).to.deep.equal([]);
    expect(problems([names("a"), names("b", "a")])).to.deep.equal([
      '/rules/1/match/names/1: "a" is never reached: rule 0 takes it',
    ]);
    expect(
      problems([names("team-*"), names("team-a", "team-*-x", "te*", "a-team-*")]),
    ).to.deep.equal([
      '/rules/1/match/names/0: "team-a" is never reached: rule 0 takes it, by "team-*"',
      '/rules/1/match/names/1: "team-*-x" is never reached: rule 0 takes it, by "team-*"',
    ]);
    expect(problems([names("a", "a")])).to.deep.equal([
      '/rules/0/match/names/1: "a" is listed twice',
    ]);
    expect(problems([names("a"), { quota }, { quota }])).to.deep.equal([
      "/rules/2/match: is never reached: rule 1 takes every namespace",
    ]);
    // Not those that take only some, by label or annotation.
    const some: Rule = { match: { labelSelector: "a" }, quota };
    const annotated: Rule = { match: { annotations: { a: "b" } }, quota };
    expect(problems([some, annotated, names("a"), { quota }])).to.deep.equal([]);
  });

  it("names that no namespace has, or that are left alone", () => {
    const none = 'the name of no namespace: lower-case letters, digits and "-", and * for any text';
    expect(problems([names("^team-.*$", "Team-A", "team_a", "team-[ab]")])).to.deep.equal(
      ["^team-.*$", "Team-A", "team_a", "team-[ab]"].map(
        (name, index) => `/rules/0/match/names/${index}: "${name}" is ${none}`,
      ),
    );
    expect(problems([names("kube-system", "kube-*")])).to.deep.equal([
      '/rules/0/match/names/0: "kube-system" is never reached: excludedNamespaces leaves it alone, by "kube-system"',
    ]);
  });

  it("resources with a version, which is no group", () => {
    for (const [key, instead] of [
      ["count/pods.v1", 'write "count/pods", without a version'],
      ["count/deployments.apps/v1", 'write "count/deployments.apps", without a version'],
      ["count/deployments.v1", 'write "count/deployments.apps"'],
    ] as const) {
      expect(problems([{ quota: { [key]: 1 } }])).to.deep.equal([
        `/rules/0/quota/${key.replaceAll("/", "~1")}: "${key}" is no resource that a ResourceQuota counts: ${instead}`,
      ]);
    }
  });

  it("administrators", () => {
    const administrators = [
      { kind: "Group", name: "a" },
      { kind: "ServiceAccount", name: "b", namespace: "c" },
      { kind: "ServiceAccount", name: "d" },
      { kind: "User", name: "e", namespace: "f" },
    ] as const;
    expect(problems([{ quota }], { administrators })).to.deep.equal([
      "/administrators/2/namespace: comes with a ServiceAccount, and nobody else",
      "/administrators/3/namespace: comes with a ServiceAccount, and nobody else",
    ]);
  });

  it("LimitRanges", () => {
    const of = (...limits: NonNullable<Rule["limitRange"]>["limits"]) =>
      problems([{ limitRange: { limits } }]);
    expect(
      of(
        { type: "Pods" },
        { type: "Pod", default: { cpu: 1 } },
        { type: "Pod", max: { "example.com/gpu": "x" } },
        { type: "PersistentVolumeClaim", min: { cpu: 1 } },
      ),
    ).to.deep.equal([
      '/rules/0/limitRange/limits/0/type: "Pods" is none: there are Container, Pod, PersistentVolumeClaim',
      '/rules/0/limitRange/limits/1: a limit of type Pod has no default: write a second one, of type "Container"',
      '/rules/0/limitRange/limits/2/type: "Pod" is there already',
      '/rules/0/limitRange/limits/2/max/example.com~1gpu: "x" is no quantity: 4, 0.5, "500m" and "1.5Gi" are',
      "/rules/0/limitRange/limits/3: a limit of type PersistentVolumeClaim needs max or min with storage",
    ]);
  });

  it("bounds of LimitRanges that contradict each other", () => {
    const of = (limit: object) =>
      problems([{ limitRange: { limits: [{ type: "Container", ...limit }] } }]);
    const at = "/rules/0/limitRange/limits/0";
    expect(of({ max: { cpu: 1 }, default: { cpu: "1500m" } })).to.deep.equal([
      `${at}/default/cpu: "1500m" is above max, "1": lower it, or raise max`,
    ]);
    expect(
      of({
        min: { cpu: 3 },
        defaultRequest: { cpu: "2.5" },
        default: { cpu: 2 },
        max: { cpu: "1000m" },
        maxLimitRequestRatio: { cpu: "500m", "example.com/gpu": 1 },
      }).map((line) => line.split(":")[0]),
    ).to.deep.equal([
      `${at}/min/cpu`,
      `${at}/default/cpu`,
      `${at}/defaultRequest/cpu`,
      `${at}/min/cpu`,
      `${at}/min/cpu`,
      `${at}/defaultRequest/cpu`,
      `${at}/maxLimitRequestRatio/cpu`,
    ]);
    const ratio = { min: { cpu: "500m" }, max: { cpu: 2 }, maxLimitRequestRatio: { cpu: 4 } };
    expect(of(ratio)).to.deep.equal([]);
    expect(of({ ...ratio, maxLimitRequestRatio: { cpu: "4.1" } })).to.deep.equal([
      `${at}/maxLimitRequestRatio/cpu: "4.1" is more than max, "2", is of min, "500m"`,
    ]);
    // Of one value in two spellings, and of other resources.
    expect(of({ max: { cpu: 1 }, default: { cpu: "1000m", memory: "9Gi" } })).to.deep.equal([]);
    // What is no quantity is said once.
    expect(of({ max: { cpu: "much" }, default: { cpu: 2 } })).to.have.length(1);
  });
});
