import { expect } from "chai";
import { describe, it } from "mocha";
import { configOf } from "../test/config.ts";
import { namespace } from "../test/objects.ts";
import type { ConfigWritten } from "./config.ts";
import { namespaceRules } from "./namespace-rules.ts";

const quota = { pods: 1 };
const of = (rules: ConfigWritten["rules"], rest: Partial<ConfigWritten> = {}) =>
  namespaceRules(configOf({ rules, ...rest }));
const only = (rule: ConfigWritten["rules"][number], rest?: Partial<ConfigWritten>) => {
  const [found] = of([rule], rest).all;
  if (found === undefined) throw new Error("no rule");
  return found;
};

describe("namespaceRules(config)", () => {
  it("the first that matches, by names, labels and annotations together", () => {
    const rules = of([
      {
        match: {
          names: ["team-*", "shop"],
          labelSelector: "plan in (small, tiny),!legacy",
          annotations: { owner: "*", tier: "gold-*" },
        },
        quota: { pods: 1 },
      },
      { match: { names: ["team-*"] }, quota: { pods: 2 } },
    ]);
    const fits = { labels: { plan: "small" }, annotations: { owner: "", tier: "gold-1" } };
    const podsOf = (name: string, metadata = {}) =>
      rules.of(namespace(name, { ...fits, ...metadata }))?.hard["pods"];
    expect(podsOf("team-a")).to.equal("1");
    expect(podsOf("shop")).to.equal("1");
    expect(podsOf("team-a", { labels: { plan: "small", legacy: "" } })).to.equal("2");
    expect(podsOf("team-a", { labels: undefined })).to.equal("2");
    expect(podsOf("team-a", { annotations: { owner: "alice" } })).to.equal("2");
    expect(podsOf("team-a", { annotations: { tier: "gold-1" } })).to.equal("2");
    expect(podsOf("team-a", { annotations: undefined })).to.equal("2");
    expect(podsOf("else")).to.equal(undefined);
  });

  it("every namespace where nothing is said, but those that are excluded", () => {
    const rules = of([{ quota }]);
    expect(rules.of(namespace("default"))?.hard).to.deep.equal({ pods: "1" });
    expect(rules.of(namespace("kube-system"))).to.equal(undefined);
    expect(rules.isExcluded("kube-public")).to.be.true;
    expect(rules.isExcluded("kube-node-lease")).to.be.true;
    // Anybody can choose such names.
    for (const name of ["not-kube-system", "kube-alice", "kube-system-2"]) {
      expect(rules.isExcluded(name), name).to.be.false;
    }
    const own = of([{ quota }], { excludedNamespaces: ["x"] });
    expect(own.of(namespace("kube-system"))).not.to.equal(undefined);
    expect(own.of(namespace("x"))).to.equal(undefined);
  });

  it("adds what the system puts there, in both spellings, and what is kept", () => {
    const { hard } = only({
      quota: {
        configmaps: 1,
        "count/configmaps": "1k",
        "count/serviceaccounts": 2,
        resourcequotas: 0,
        "count/limitranges": 3,
        "requests.cpu": "500m",
        secrets: "0",
      },
      limitRange: { limits: [{ type: "Pod", max: { cpu: 1 } }] },
    });
    expect(hard).to.deep.equal({
      configmaps: "2",
      "count/configmaps": "1001",
      "count/serviceaccounts": "3",
      resourcequotas: "1",
      "count/limitranges": "4",
      "requests.cpu": "500m",
      secrets: "0",
    });
    expect(only({ quota: { "count/limitranges": 3 } }).hard).to.deep.equal({
      "count/limitranges": "3",
    });
  });

  it("adds what the configuration names as built-in, each name once", () => {
    const builtIn = {
      configmaps: ["kube-root-ca.crt", "istio-ca-root-cert", "kube-root-ca.crt"],
      "rolebindings.rbac.authorization.k8s.io": ["members"],
    };
    const rule = only(
      { quota: { configmaps: 1, "count/rolebindings.rbac.authorization.k8s.io": 1, pods: 1 } },
      { builtIn },
    );
    expect(rule.builtInOf("configmaps")).to.equal(2);
    expect(rule.builtInOf("pods")).to.equal(0);
    expect(rule.builtInNames("configmaps")).to.deep.equal(builtIn.configmaps.slice(0, 2));
    expect(rule.builtInNames("rolebindings.rbac.authorization.k8s.io")).to.deep.equal(["members"]);
    expect(rule.hard["count/rolebindings.rbac.authorization.k8s.io"]).to.equal("2");
    // Not counted, so of no concern.
    expect(rule.builtInNames("serviceaccounts")).to.deep.equal([]);
  });

  it("keysOf(write): what a write can raise", () => {
    const rule = only({
      quota: {
        pods: 1,
        "requests.cpu": 1,
        services: 1,
        "services.nodeports": 0,
        persistentvolumeclaims: 1,
        "requests.storage": "1Gi",
        "count/jobs.batch": 1,
      },
    });
    const keys = (operation: string, resource: string, subResource = "") =>
      rule.keysOf({ operation, resource, subResource });
    expect(keys("CREATE", "pods")).to.deep.equal(["pods", "requests.cpu"]);
    expect(keys("CREATE", "pods", "eviction")).to.deep.equal([]);
    expect(keys("UPDATE", "pods")).to.deep.equal([]);
    expect(keys("UPDATE", "pods", "resize")).to.deep.equal(["requests.cpu"]);
    expect(keys("UPDATE", "services")).to.deep.equal(["services.nodeports"]);
    expect(keys("UPDATE", "services", "status")).to.deep.equal([]);
    expect(keys("UPDATE", "persistentvolumeclaims")).to.deep.equal(["requests.storage"]);
    expect(keys("CREATE", "jobs.batch")).to.deep.equal(["count/jobs.batch"]);
    expect(keys("CREATE", "jobs")).to.deep.equal([]);
    expect(keys("DELETE", "pods")).to.deep.equal([]);
  });

  it("limits(write): what the LimitRange has a say in", () => {
    const limits = [{ type: "Container", max: { cpu: 1 } }];
    const rule = only({ limitRange: { limits } });
    expect(rule.limits({ operation: "CREATE", resource: "pods", subResource: "" })).to.be.true;
    expect(rule.limits({ operation: "CREATE", resource: "pods", subResource: "exec" })).to.be.false;
    expect(rule.limits({ operation: "UPDATE", resource: "pods", subResource: "" })).to.be.false;
    const claims = { operation: "CREATE", resource: "persistentvolumeclaims", subResource: "" };
    expect(rule.limits(claims)).to.be.false;
    const storage = [{ type: "PersistentVolumeClaim", max: { storage: "1Gi" } }];
    expect(only({ limitRange: { limits: storage } }).limits(claims)).to.be.true;
    expect(only({ quota }).limits(claims)).to.be.false;
  });
});
