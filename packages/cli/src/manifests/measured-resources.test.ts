import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { describe, it } from "mocha";
import { heapMebibytes, measuredResources } from "./measured-resources.ts";
import { quantityOf } from "./quantity.ts";

describe("measuredResources(maxBytesInFlight)", () => {
  it("leaves room for all reviews under way", () => {
    expect(measuredResources(64 * 2 ** 20)).to.deep.equal({
      requests: { cpu: "100m", memory: "256Mi" },
      limits: { memory: "640Mi" },
    });
    expect(measuredResources(1).limits).to.deep.equal({ memory: "257Mi" });
  });

  it("asks for as much memory as a server took in the published measurements", async () => {
    const results = await readFile(
      new URL("../../../../bench/RESULTS.md", import.meta.url),
      "utf8",
    );
    const [, peak] = /### Peak memory[^]*?\| and 100 idle plugins \| (\d+) \|/.exec(results) ?? [];
    // What talks to the cluster, in MB: measured-resources.ts says how it was measured.
    const client = 71;
    const asked = quantityOf(measuredResources(1).requests?.["memory"]);
    expect(asked).to.be.within((Number(peak) + client) * 1e6, (Number(peak) + client) * 1.2e6);
  });
});

describe("heapMebibytes(resources)", () => {
  it("is a part of the memory's limit, and nothing without one", () => {
    expect(heapMebibytes({ limits: { memory: "640Mi" } })).to.equal(448);
    expect(heapMebibytes({ limits: { memory: 1e9 } })).to.equal(667);
    expect(heapMebibytes({ limits: { cpu: 1 } })).to.equal(undefined);
    expect(heapMebibytes({})).to.equal(undefined);
  });
});

describe("quantityOf(quantity)", () => {
  for (const [quantity, value] of [
    ["512Mi", 512 * 2 ** 20],
    ["1.5Gi", 1.5 * 2 ** 30],
    ["1e3k", 1e6],
    ["100m", 0.1],
    ["2G", 2e9],
    [128, 128],
    ["128", 128],
    ["lots", undefined],
    ["1 Gi", undefined],
    ["1KB", undefined],
  ] as const) {
    it(`reads ${JSON.stringify(quantity)} as ${value}`, () => {
      expect(quantityOf(quantity)).to.equal(value);
    });
  }
});
