import { expect } from "chai";
import { describe, it } from "mocha";
import {
  allPods,
  condition,
  notIn,
  rule,
  snapshotOf,
  validating,
  webhook,
} from "../../test/doctor/cluster.ts";
import { patientOf } from "./check.ts";
import { requestFor } from "./request.ts";
import { wouldCall } from "./would-call.ts";

/** Whether a webhook with these changes is asked. */
function asked(
  changes: Record<string, unknown>,
  request: ReturnType<typeof requestFor>,
  ...others: unknown[]
) {
  const patient = patientOf(
    snapshotOf([validating(webhook({ namespaceSelector: {}, ...changes })), ...others]),
  );
  const [gate] = patient.gates;
  if (gate === undefined) throw new Error("no webhook");
  return wouldCall(gate, request, patient.world);
}

const pods = { rules: allPods };
const podIn = (namespace: string, labels = {}) => requestFor("v1/pods", { namespace, labels });

describe("wouldCall(gate, request, world)", () => {
  it("goes by the rules, as the API server does", () => {
    expect(asked(pods, podIn("a"))).to.equal("yes");
    expect(asked(pods, requestFor("v1/pods", { operation: "DELETE" }))).to.equal("no");
    expect(asked(pods, requestFor("v1/pods/exec", { operation: "CONNECT" }))).to.equal("no");
    const wild = (...resources: string[]) => ({ rules: [rule(resources, ["*"], "*", "*")] });
    const status = requestFor("v1/pods/status", { operation: "UPDATE" });
    expect(asked(wild("*"), status)).to.equal("no");
    expect(asked(wild("*/*"), status)).to.equal("yes");
    expect(asked(wild("*/status"), status)).to.equal("yes");
    expect(asked(wild("pods/*"), podIn("a"))).to.equal("yes");
    expect(asked(wild("services/*"), status)).to.equal("no");
  });

  it("keeps to a scope", () => {
    const scoped = (scope: string) => ({ rules: [{ ...rule(["*"], ["*"], "*", "*"), scope }] });
    for (const resource of ["v1/nodes", "v1/namespaces"]) {
      expect(asked(scoped("Cluster"), requestFor(resource)), resource).to.equal("yes");
      expect(asked(scoped("Namespaced"), requestFor(resource)), resource).to.equal("no");
    }
    expect(asked(scoped("Namespaced"), podIn("a"))).to.equal("yes");
    expect(asked(scoped("Cluster"), podIn("a"))).to.equal("no");
  });

  it("takes one version, or one name, of a resource for another unless it is Exact", () => {
    const scaler = rule(["horizontalpodautoscalers"], ["CREATE"], "autoscaling", "v2");
    const request = requestFor("autoscaling/v1/horizontalpodautoscalers");
    expect(asked({ rules: [scaler] }, request)).to.equal("yes");
    expect(asked({ rules: [scaler], matchPolicy: "Exact" }, request)).to.equal("no");
    const events = { rules: [rule(["events"], ["CREATE"])] };
    expect(asked(events, requestFor("events.k8s.io/v1/events"))).to.equal("yes");
    expect(
      asked({ ...events, matchPolicy: "Exact" }, requestFor("events.k8s.io/v1/events")),
    ).to.equal("no");
  });

  it("asks the namespace's labels, of which the name is one", () => {
    const selector = { ...pods, namespaceSelector: notIn("kube-system") };
    expect(asked(selector, podIn("kube-system"))).to.equal("no");
    expect(asked(selector, podIn("shop"))).to.equal("yes");
    const optIn = { ...pods, namespaceSelector: { matchLabels: { judged: "yes" } } };
    const labelled = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "shop", labels: { judged: "yes" } },
    };
    expect(asked(optIn, podIn("shop"))).to.equal("no");
    expect(asked(optIn, podIn("shop"), labelled)).to.equal("yes");
  });

  it("asks no namespace of what has none, and a namespace for its own labels", () => {
    const optIn = { matchLabels: { judged: "yes" } };
    const all = { rules: [rule(["*/*"], ["*"], "*", "*")], namespaceSelector: optIn };
    expect(asked(all, requestFor("v1/nodes"))).to.equal("yes");
    expect(asked(all, requestFor("v1/namespaces", { name: "a" }))).to.equal("no");
    expect(
      asked(all, requestFor("v1/namespaces", { name: "a", labels: { judged: "yes" } })),
    ).to.equal("yes");
    // Of a status, what is stored.
    const status = { name: "a", labels: { judged: "yes" }, operation: "UPDATE" } as const;
    expect(asked(all, requestFor("v1/namespaces/status", status))).to.equal("no");
  });

  it("asks an object's labels, which a connection has none of", () => {
    const no = { matchExpressions: [{ key: "free", operator: "DoesNotExist" }] };
    const all = { rules: [rule(["*/*"], ["*"], "*", "*")], objectSelector: no };
    expect(asked(all, podIn("a"))).to.equal("yes");
    expect(asked(all, podIn("a", { free: "" }))).to.equal("no");
    expect(asked(all, requestFor("v1/pods/eviction"))).to.equal("yes");
    expect(asked(all, requestFor("v1/pods/exec", { operation: "CONNECT" }))).to.equal("no");
  });

  it("evaluates match conditions, and says where it cannot", () => {
    const when = (expression: string, request = podIn("a")) =>
      asked({ ...pods, ...condition(expression) }, request);
    expect(when('request.resource.resource != "pods"')).to.equal("no");
    expect(when('!("system:nodes" in request.userInfo.groups)')).to.equal("yes");
    expect(when("!has(object.metadata.labels.free)", podIn("a", { free: "" }))).to.equal("no");
    expect(when("!has(object.metadata.annotations)")).to.equal("maybe");
    expect(when("object.spec.hostNetwork == true")).to.equal("maybe");
    expect(when('authorizer.group("").resource("pods").check("create").allowed()')).to.equal(
      "maybe",
    );
    expect(when("oldObject == null")).to.equal("yes");
    expect(when("((")).to.equal("maybe");
    expect(when("1")).to.equal("maybe");
    // One that is false decides.
    const both = [{ expression: "object.spec.a" }, { expression: "false" }];
    expect(asked({ ...pods, matchConditions: both }, podIn("a"))).to.equal("no");
  });

  it("never has the webhooks' own registrations judged", () => {
    const all = { rules: [rule(["*/*"], ["*"], "*", "*")] };
    for (const resource of ["validatingwebhookconfigurations", "mutatingadmissionpolicybindings"]) {
      expect(
        asked(all, requestFor(`admissionregistration.k8s.io/v1/${resource}`)),
        resource,
      ).to.equal("no");
    }
  });
});
