import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { bypasses } from "../../test/doctor/bypasses.ts";
import { examine, idsOf, snapshotOf, validating, webhook } from "../../test/doctor/cluster.ts";
import { lockOuts } from "../../test/doctor/lock-outs.ts";
import { policies } from "../../test/doctor/policies.ts";
import { servers } from "../../test/doctor/servers.ts";
import { trust } from "../../test/doctor/trust.ts";
import { allChecks } from "./all-checks.ts";
import { diagnose } from "./diagnose.ts";
import { severities } from "./finding.ts";
import { outage } from "./outage.ts";

const beside = [...bypasses, ...lockOuts, ...policies, ...trust];

describe("diagnose(snapshot)", () => {
  for (const { name, finds, objects, snapshot } of beside) {
    it(`finds ${name}, and nothing else`, () => {
      expect(idsOf(examine(objects, snapshot))).to.deep.equal([...finds].sort());
    });
  }

  for (const { name, finds, objects, snapshot } of servers) {
    it(`finds ${name}, and nothing else`, () => {
      expect(idsOf(diagnose(snapshotOf(objects, snapshot)))).to.deep.equal([...finds].sort());
    });
  }

  it("was shown a fault for every check", () => {
    const planted = new Set([...beside, ...servers].flatMap(({ finds }) => finds));
    const ids = allChecks.map(({ id }) => id.slice(0, 6));
    expect(ids.filter((id) => !planted.has(id))).to.be.empty;
    expect(new Set(ids)).to.have.lengthOf(ids.length);
  });

  it("finds nothing where nothing is wrong", () => {
    expect(examine([validating(webhook())])).to.be.empty;
    expect(diagnose(snapshotOf([]))).to.be.empty;
  });

  it("gives the worst first, and says all of it", () => {
    const findings = examine([
      validating(webhook({ failurePolicy: "Ignore", sideEffects: "Some", objectSelector: {} })),
    ]);
    expect(findings.map(({ severity }) => severity)).to.deep.equal(["error", "warning"]);
    expect(findings[0]).to.deep.include({
      id: "GWD303-side-effects",
      where: {
        object: "ValidatingWebhookConfiguration/example",
        webhook: "configmaps.example.com",
        pointer: "/webhooks/0/sideEffects",
      },
      what: "webhook configmaps.example.com (ValidatingWebhookConfiguration/example) has sideEffects Some",
    });
    for (const { why, source, fix } of findings) {
      for (const text of [why, source, fix]) expect(text).not.to.equal("");
    }
  });

  it("never throws, whatever the objects are", () => {
    const plain = fc.jsonValue({ maxDepth: 3 });
    const kinds = ["Validating", "Mutating"].map((kind) => `${kind}WebhookConfiguration`);
    const kind = fc.constantFrom(
      ...kinds,
      ..."ValidatingAdmissionPolicy Service Deployment EndpointSlice Secret Namespace".split(" "),
    );
    // Mostly what it should be, with one thing or another in place of a part.
    const part = <T>(usual: T) => fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, plain);
    const healthy = webhook();
    const changed = fc.record(
      Object.fromEntries(Object.entries(healthy).map(([key, value]) => [key, part(value)])),
      { requiredKeys: [] },
    );
    const object = fc.record(
      {
        apiVersion: part("admissionregistration.k8s.io/v1"),
        kind: fc.oneof(kind, plain),
        metadata: fc.oneof(
          fc.record({ name: part("webhook"), namespace: part("webhook-system") }),
          plain,
        ),
        webhooks: fc.oneof(fc.array(fc.oneof(changed, plain), { maxLength: 3 }), plain),
        spec: plain,
      },
      { requiredKeys: ["kind"] },
    );
    const check = fc.property(
      fc.array(fc.oneof(object, plain), { maxLength: 4 }),
      fc.boolean(),
      (objects, complete) => {
        const snapshot = snapshotOf(objects, { complete });
        for (const { severity } of diagnose(snapshot)) expect(severities).to.include(severity);
        expect(outage(snapshot)).not.to.be.empty;
      },
    );
    fc.assert(check, { numRuns: 300 });
  });
});
