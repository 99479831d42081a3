import { type ControlPlane, startControlPlane, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import {
  condition,
  type Loose,
  notIn,
  rule,
  snapshotOf,
  validating,
  webhook,
} from "../../test/doctor/cluster.ts";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { runGatewright } from "../run-gatewright.ts";
import { patientOf } from "./check.ts";
import { type Request, requestFor } from "./request.ts";
import { wouldCall } from "./would-call.ts";

/** A request to a real API server, and what the doctor takes it for. */
interface Call {
  readonly request: Request;
  readonly method: string;
  readonly path: string;
  readonly body?: Loose;
}

const pod = { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "x" }] } };
const here = "/api/v1/namespaces/default";
const labels = { metadata: { labels: { extra: "yes" } } };
const lease = { metadata: { name: "worker-1" }, spec: { holderIdentity: "worker-1" } };
const scaler = {
  metadata: { name: "h" },
  spec: {
    maxReplicas: 2,
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "d" },
  },
};
const event = {
  metadata: { name: "e" },
  involvedObject: { kind: "Pod", name: "p", namespace: "default" },
};
const patch = { method: "PATCH", body: labels };
const extra = labels.metadata;
const update = { operation: "UPDATE", ...extra } as const;
const stored = { name: "default" };

const calls: readonly Call[] = [
  {
    request: requestFor("v1/pods"),
    method: "POST",
    path: `${here}/pods`,
    body: { ...pod, metadata: { name: "q" } },
  },
  { request: requestFor("v1/pods", update), path: `${here}/pods/p`, ...patch },
  { request: requestFor("v1/pods/status", update), path: `${here}/pods/p/status`, ...patch },
  {
    request: requestFor("v1/pods", { operation: "DELETE" }),
    method: "DELETE",
    path: `${here}/pods/p`,
  },
  {
    request: requestFor("v1/pods/eviction"),
    method: "POST",
    path: `${here}/pods/p/eviction`,
    body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "p" } },
  },
  {
    request: requestFor("v1/pods/binding"),
    method: "POST",
    path: `${here}/pods/p/binding`,
    body: { metadata: { name: "p" }, target: { kind: "Node", name: "worker-1" } },
  },
  {
    request: requestFor("v1/pods/exec", { operation: "CONNECT" }),
    method: "POST",
    path: `${here}/pods/p/exec?command=ls`,
  },
  {
    request: requestFor("v1/serviceaccounts/token"),
    method: "POST",
    path: `${here}/serviceaccounts/sa/token`,
    body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { audiences: [] } },
  },
  { request: requestFor("v1/events"), method: "POST", path: `${here}/events`, body: event },
  {
    request: requestFor("v1/nodes"),
    method: "POST",
    path: "/api/v1/nodes",
    body: { metadata: { name: "n" } },
  },
  {
    request: requestFor("v1/namespaces"),
    method: "POST",
    path: "/api/v1/namespaces",
    body: { metadata: { name: "new" } },
  },
  { request: requestFor("v1/namespaces", { ...update, ...stored }), path: here, ...patch },
  {
    request: requestFor("v1/namespaces/status", { ...update, ...stored }),
    path: `${here}/status`,
    ...patch,
  },
  {
    request: requestFor("coordination.k8s.io/v1/leases", { namespace: "kube-node-lease" }),
    method: "POST",
    path: "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases",
    body: lease,
  },
  {
    request: requestFor("autoscaling/v1/horizontalpodautoscalers"),
    method: "POST",
    path: "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers",
    body: scaler,
  },
  {
    request: requestFor("authorization.k8s.io/v1/subjectaccessreviews"),
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
    body: { spec: { user: "alice", nonResourceAttributes: { path: "/", verb: "get" } } },
  },
  {
    request: requestFor("admissionregistration.k8s.io/v1/validatingwebhookconfigurations"),
    method: "POST",
    path: "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
    body: { metadata: { name: "other" }, webhooks: [] },
  },
];

const all = rule(["*/*"], ["*"], "*", "*");
const everything = { rules: [all], namespaceSelector: {} };
const by = (rules: Loose[], rest: Loose = {}) => ({ rules, namespaceSelector: {}, ...rest });

const webhooks: Record<string, Loose> = {
  "for everything": everything,
  "for everything without subresources": by([rule(["*"], ["*"], "*", "*")]),
  "for every status, and all of pods": by([rule(["*/status", "pods/*"], ["*"], "*", "*")]),
  "for what has a namespace": by([{ ...all, scope: "Namespaced" }]),
  "for what has none": by([{ ...all, scope: "Cluster" }]),
  "for all namespaces but one": { ...everything, namespaceSelector: notIn("default") },
  "for namespaces that are labelled": {
    ...everything,
    namespaceSelector: { matchLabels: { judged: "yes" } },
  },
  "for namespaces that bring a label": {
    ...everything,
    namespaceSelector: { matchLabels: { extra: "yes" } },
  },
  "for objects without a label": {
    ...everything,
    objectSelector: { matchExpressions: [{ key: "free", operator: "DoesNotExist" }] },
  },
  "for objects with one": { ...everything, objectSelector: { matchLabels: { extra: "yes" } } },
  "for another version": by([rule(["horizontalpodautoscalers"], ["CREATE"], "autoscaling", "v2")]),
  "for another version, to the letter": by(
    [rule(["horizontalpodautoscalers"], ["CREATE"], "autoscaling", "v2")],
    { matchPolicy: "Exact" },
  ),
  "for events of the other group": by([rule(["events"], ["CREATE"], "events.k8s.io")]),
  "for all but what a condition names": {
    ...everything,
    ...condition(
      '!(request.resource.resource in ["leases", "nodes"]) && !(has(request.subResource) && request.subResource == "status")',
    ),
  },
  "for nobody who is an administrator": {
    ...everything,
    ...condition('!("system:masters" in request.userInfo.groups)'),
  },
  "for objects that say so": {
    ...everything,
    ...condition("has(object.metadata.labels) && has(object.metadata.labels.extra)"),
  },
};

describe("wouldCall(gate, request, world), beside a real API server", () => {
  let plane: ControlPlane;
  before(async () => {
    plane = await startControlPlane({ controllerManager: false });
    await plane.request(`${here}/pods`, { body: pod });
    await plane.request(`${here}/serviceaccounts`, { body: { metadata: { name: "sa" } } });
  });
  after(() => plane.stop());

  /** Registers a webhook that nobody answers, and waits until the API server knows of it. */
  async function register(changes: Loose, name: string): Promise<Loose> {
    const nobody = { url: "https://127.0.0.1:1/" };
    const registered = validating(
      webhook({ name, ...changes, clientConfig: nobody }),
      webhook({ name: `probe.${name}`, clientConfig: nobody, namespaceSelector: {} }),
    );
    const path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/example";
    const query = "?fieldManager=test&force=true";
    const contentType = "application/apply-patch+yaml";
    const body = JSON.stringify(registered);
    const { status, text } = await plane.request(path + query, {
      method: "PATCH",
      body,
      contentType,
    });
    expect(status, text).to.be.oneOf([200, 201]);
    await waitUntil(
      async () => {
        const probe = { body: { metadata: { name: "probe" } } };
        const answer = await plane.request(`${here}/configmaps?dryRun=All`, probe);
        return answer.text.includes(`${name}\\"`);
      },
      { what: `the API server to know ${name}` },
    );
    return registered;
  }

  for (const [index, [what, changes]] of Object.entries(webhooks).entries()) {
    it(`knows who is called ${what}`, async () => {
      const name = `v${index}.example.com`;
      const registered = await register(changes, name);
      const { gates, world } = patientOf(snapshotOf([registered]));
      const [gate] = gates;
      if (gate === undefined) throw new Error("no webhook");
      for (const { request, method, path, body } of calls) {
        // A connection has no dry run; without a node, none comes about.
        const query = request.operation === "CONNECT" ? "" : "?dryRun=All";
        const answer = await plane.request(`${path}${query}`, { method, ...(body && { body }) });
        const wasCalled = answer.text.includes(`failed calling webhook \\"${name}\\"`);
        const expected = wouldCall(gate, request, world);
        // Conditions that ask the object of a DELETE are an error, to the API server as well.
        if (expected === "maybe") {
          expect(answer.text).to.match(/resulted in error/);
          continue;
        }
        expect(wasCalled ? "yes" : "no", `${method} ${path}: ${answer.text}`).to.equal(expected);
      }
    });
  }

  it("gives the doctor of a cluster what it finds there", async () => {
    await register(everything, "last.example.com");
    const terminal = createTestTerminal();
    const args = ["doctor", "--kubeconfig", plane.kubeconfig, "-o", "json"];
    expect(await runGatewright(args, terminal), terminal.err()).to.equal(1);
    const { judged, findings, outage } = JSON.parse(terminal.out()) as {
      judged: object;
      findings: { id: string }[];
      outage: { id: string; works: string }[];
    };
    expect(judged).to.deep.equal({ webhooks: 2, policies: 0 });
    const ids = findings.map(({ id }) => id.slice(0, 6));
    expect(ids).to.include.members("GWD202 GWD203 GWD204 GWD205 GWD214 GWD220 GWD608".split(" "));
    const working = outage.filter(({ works }) => works === "yes").map(({ id }) => id);
    expect(working).to.deep.equal(["webhook-configurations"]);
  });

  it("says what a user may not read", async () => {
    const terminal = createTestTerminal();
    const args = ["doctor", "--kubeconfig", plane.kubeconfigFor("alice")];
    expect(await runGatewright(args, terminal)).to.equal(3);
    expect(terminal.err()).to.match(/webhookconfigurations.*forbidden.*\[GW_CLUSTER\]/i);
  });
});
