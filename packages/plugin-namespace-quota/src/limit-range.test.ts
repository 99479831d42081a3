import { expect } from "chai";
import { describe, it } from "mocha";
import { limitedResources, storedLimitRange } from "./limit-range.ts";

describe("storedLimitRange(limitRange)", () => {
  const stored = (limit: Parameters<typeof storedLimitRange>[0]["limits"][number]) =>
    storedLimitRange({ limits: [limit] }).limits[0];

  it("fills in a container's defaults: from max, from default, from min", () => {
    expect(
      stored({ type: "Container", max: { cpu: 2 }, min: { cpu: 1, memory: 3 } }),
    ).to.deep.equal({
      type: "Container",
      max: { cpu: 2 },
      min: { cpu: 1, memory: 3 },
      default: { cpu: 2 },
      defaultRequest: { cpu: 2, memory: 3 },
    });
    expect(
      stored({
        type: "Container",
        max: { cpu: 4 },
        default: { cpu: 2 },
        defaultRequest: { cpu: 1 },
      }),
    ).to.deep.equal({
      type: "Container",
      max: { cpu: 4 },
      default: { cpu: 2 },
      defaultRequest: { cpu: 1 },
    });
  });

  it("leaves others as they are, and what is empty out", () => {
    const pod = { type: "Pod", max: { cpu: 2 } };
    expect(stored({ ...pod, min: {} })).to.deep.equal(pod);
    expect(stored({ type: "Container", maxLimitRequestRatio: { cpu: 2 } })).to.deep.equal({
      type: "Container",
      maxLimitRequestRatio: { cpu: 2 },
    });
  });
});

describe("limitedResources(limitRange)", () => {
  it("pods for both of their types, and claims", () => {
    const of = (...types: string[]) =>
      limitedResources({ limits: types.map((type) => ({ type })) });
    expect(of("Container")).to.deep.equal(["pods"]);
    expect(of("Pod", "Container")).to.deep.equal(["pods"]);
    expect(of("PersistentVolumeClaim")).to.deep.equal(["persistentvolumeclaims"]);
    expect(of("example.com/Image")).to.deep.equal([]);
    expect(limitedResources(undefined)).to.deep.equal([]);
  });
});
