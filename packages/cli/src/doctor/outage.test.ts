import { expect } from "chai";
import { describe, it } from "mocha";
import {
  condition,
  notIn,
  rule,
  server,
  snapshotOf,
  validating,
  webhook,
} from "../../test/doctor/cluster.ts";
import { outage } from "./outage.ts";

const everything = { rules: [rule(["*/*"], ["*"], "*", "*")], namespaceSelector: {} };

/** What would work, by id. */
const after = (changes: Record<string, unknown>) =>
  Object.fromEntries(
    outage(snapshotOf([...Object.values(server()), validating(webhook(changes))])).map(
      ({ id, works }) => [id, works],
    ),
  );

const rows = [
  "nodes-register",
  "leases-renew",
  "csrs-signed",
  "kube-system-pods",
  "serving-pods:webhook-system",
  "service-account-tokens",
  "reviews",
  "volumes",
  "namespace-deletion",
  "rbac",
  "extensions",
  "events",
  "namespaces-created",
  "pods",
  "rollouts",
  "drains",
  "webhook-configurations",
];

describe("outage(snapshot)", () => {
  it("says of each thing whether it would still work", () => {
    const all = after({});
    expect(Object.keys(all)).to.deep.equal(rows);
    const stopped = Object.keys(all).filter((id) => all[id] !== "yes");
    expect(stopped).to.deep.equal(["namespaces-created", "rollouts"]);
  });

  it("leaves nothing where everything is judged, but the way to remove it", () => {
    const all = after(everything);
    expect(Object.keys(all).filter((id) => all[id] === "yes")).to.deep.equal([
      "webhook-configurations",
    ]);
  });

  it("fears no webhook that is ignored while it is away", () => {
    expect(new Set(Object.values(after({ ...everything, failurePolicy: "Ignore" })))).to.deep.equal(
      new Set(["yes"]),
    );
  });

  it("says so where it cannot be told", () => {
    const all = after({ ...everything, ...condition("object.spec.a == 1") });
    expect(all["nodes-register"]).to.equal("maybe");
  });

  it("says who refuses what", () => {
    const snapshot = snapshotOf([
      validating(webhook({ rules: [rule(["pods"], ["CREATE"])], namespaceSelector: notIn("x") })),
    ]);
    const row = outage(snapshot).find(({ id }) => id === "kube-system-pods");
    expect(row?.blockedBy).to.deep.equal([
      {
        by: "webhook configmaps.example.com (ValidatingWebhookConfiguration/example)",
        requests: ["CREATE pods in kube-system"],
      },
    ]);
  });

  it("asks after a network of its own namespace where there is one", () => {
    const network = { apiVersion: "v1", kind: "Namespace", metadata: { name: "calico-system" } };
    const found = outage(snapshotOf([network, validating(webhook())]));
    expect(found.map(({ id }) => id)).to.include("network-pods");
  });
});
