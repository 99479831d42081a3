import { expect } from "chai";
import { describe, it } from "mocha";
import { endpoint, everything } from "../../test/endpoints.ts";
import { additions, differences, type LiveConfiguration, writersOf } from "./differences.ts";
import { webhookConfigurations } from "./webhook-configurations.ts";

const [wanted] = webhookConfigurations(
  ["a.example.com", "b.example.com"].map((name) =>
    endpoint(name, "validate", { rules: [everything] }),
  ),
  {
    name: "gatewright",
    clientConfig: { url: "https://10.0.0.1" },
    caBundle: "PEM",
    namespace: "gatewright-system",
    ownerReferences: [{ apiVersion: "v1", kind: "Namespace", name: "a", uid: "1" }],
  },
);
if (wanted === undefined) throw new Error("no configuration");

/** A copy of it, changed. */
function live(change: (object: Required<LiveConfiguration>) => void): LiveConfiguration {
  const copy = structuredClone(wanted) as unknown as Required<LiveConfiguration>;
  change(copy);
  return copy;
}
const first = ({ webhooks }: Required<LiveConfiguration>) => {
  const [one] = webhooks;
  if (one === undefined) throw new Error("no webhook");
  return one;
};

describe("differences(wanted, live)", () => {
  it("finds none in what the API server keeps, and in what others add", () => {
    expect(
      differences(
        wanted,
        live(() => {}),
      ),
    ).to.deep.equal([]);
    const added = live((object) => {
      object.metadata = {
        ...object.metadata,
        labels: { ...object.metadata?.labels, team: "a" },
        generation: 3,
      };
      object.webhooks.splice(1, 0, { name: "c.example.com" });
      first(object).matchConditions?.push({ name: "theirs", expression: "false" });
    });
    expect(differences(wanted, added)).to.deep.equal([]);
    expect(additions(wanted, added)).to.deep.equal([
      "webhooks[a.example.com].matchConditions[theirs]",
      "webhooks[c.example.com]",
    ]);
  });

  for (const [field, change] of [
    ["failurePolicy", (object) => (first(object).failurePolicy = "Ignore")],
    [
      "namespaceSelector",
      (object) => (first(object).namespaceSelector = { matchLabels: { a: "b" } }),
    ],
    ["rules", (object) => first(object).rules?.pop()],
    ["timeoutSeconds", (object) => (first(object).timeoutSeconds = 1)],
    [
      "clientConfig.caBundle",
      (object) => (first(object).clientConfig = { url: "https://10.0.0.1/validate/a.example.com" }),
    ],
    [
      "matchConditions[gatewright-not-system-namespaces]",
      (object) => first(object).matchConditions?.shift(),
    ],
  ] satisfies [string, (object: Required<LiveConfiguration>) => unknown][]) {
    it(`finds a changed ${field}`, () => {
      expect(differences(wanted, live(change))).to.deep.equal([`webhooks[a.example.com].${field}`]);
    });
  }

  it("finds what is gone: an entry, an annotation, an owner, and the order", () => {
    expect(
      differences(
        wanted,
        live(({ webhooks }) => webhooks.pop()),
      ),
    ).to.deep.equal(["webhooks[b.example.com]"]);
    expect(
      differences(
        wanted,
        live(({ webhooks }) => webhooks.reverse()),
      ),
    ).to.deep.equal(["webhooks"]);
    const bare = live((object) => (object.metadata = { name: "gatewright" }));
    expect(differences(wanted, bare)).to.include.members([
      "metadata.labels[app.kubernetes.io/name]",
      "metadata.annotations[gatewright.dev/content]",
      "metadata.ownerReferences",
    ]);
  });
});

describe("writersOf(object, own)", () => {
  it("names other field managers, the latest first", () => {
    const managedFields = [
      { manager: "gatewright", time: "2026-01-03T00:00:00Z" },
      { manager: "kubectl-edit", time: "2026-01-01T00:00:00Z" },
      { manager: "cloud", time: "2026-01-02T00:00:00Z" },
      { manager: "cloud", time: "2025-01-02T00:00:00Z" },
    ] as NonNullable<LiveConfiguration["metadata"]>["managedFields"];
    const object = live((one) => (one.metadata = { managedFields: managedFields ?? [] }));
    expect(writersOf(object, "gatewright")).to.deep.equal(["cloud", "kubectl-edit"]);
  });
});
