import type { KubernetesObject } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { rolloutOf } from "./rollout.ts";

function deployment(replicas: number, status: object, metadata: object = {}): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "gatewright", generation: 4, ...metadata },
    spec: { replicas },
    status: { observedGeneration: 4, ...status },
  };
}
const all = (count: number) => ({
  replicas: count,
  updatedReplicas: count,
  availableReplicas: count,
});
const of = (object: KubernetesObject | undefined) => rolloutOf(object, "a/gatewright");

describe("rolloutOf(deployment, shown)", () => {
  it("is complete where every replica is of the newest template, and available", () => {
    expect(of(deployment(2, all(2)))).to.deep.equal({ state: "complete" });
  });

  for (const [what, status] of Object.entries({
    "its controller has not seen the newest template": { ...all(2), observedGeneration: 3 },
    "an older replica serves": { replicas: 3, updatedReplicas: 2, availableReplicas: 3 },
    "a replica is not available": { ...all(2), availableReplicas: 1 },
    "there is no replica yet": {},
  })) {
    it(`waits where ${what}`, () => {
      expect(of(deployment(2, status)).state).to.equal("waiting");
    });
  }

  it("goes on with those that there are where the Deployment has given up, and no older one serves", () => {
    const conditions = [
      { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" },
    ];
    const stuck = { ...all(2), availableReplicas: 1, conditions };
    expect(of(deployment(2, stuck)).state).to.equal("complete");
    expect(of(deployment(2, { ...stuck, availableReplicas: 0 })).state).to.equal("waiting");
    expect(of(deployment(2, { ...stuck, replicas: 3 })).state).to.equal("waiting");
  });

  it("is leaving where it is gone, being deleted, or scaled to none", () => {
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    for (const object of [
      undefined,
      deployment(0, all(0)),
      deployment(2, all(2), { deletionTimestamp }),
    ]) {
      expect(of(object).state).to.equal("leaving");
    }
  });
});
