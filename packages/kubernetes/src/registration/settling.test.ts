import { expect } from "chai";
import { describe, it } from "mocha";
import { createSettling } from "./settling.ts";

describe("createSettling(settleMs, now)", () => {
  const deployment = (generation: number, uid = "u") => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { uid, generation },
  });
  let time = 0;
  const start = () => createSettling(10_000, () => time);

  it("waits from when a rollout was first seen to be complete", () => {
    const settling = start();
    expect(settling.reason(deployment(1))).to.match(/^every replica is ready, and for 10 s/);
    time += 9_999;
    expect(settling.reason(deployment(1))).not.to.equal(undefined);
    time += 1;
    expect(settling.reason(deployment(1))).to.equal(undefined);
  });

  it("waits anew for another rollout, for another Deployment, and where it was not complete meanwhile", () => {
    const settling = start();
    settling.reason(deployment(1));
    time += 10_000;
    expect(settling.reason(deployment(2))).not.to.equal(undefined);
    time += 10_000;
    expect(settling.reason(deployment(2))).to.equal(undefined);
    expect(settling.reason(deployment(2, "v"))).not.to.equal(undefined);
    time += 10_000;
    settling.begin();
    expect(settling.reason(deployment(2, "v"))).not.to.equal(undefined);
  });

  it("waits for nothing where it is told so", () => {
    expect(createSettling(0, () => time).reason(deployment(1))).to.equal(undefined);
  });
});
