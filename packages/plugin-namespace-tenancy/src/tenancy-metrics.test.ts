import type { PluginMetrics } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { createTenancyMetrics } from "./tenancy-metrics.ts";

describe("createTenancyMetrics(metrics)", () => {
  const series = new Map<string, number>();
  const metrics = {
    gauge: () => ({
      set: ({ ownership }: { ownership: string }, value: number) => series.set(ownership, value),
      remove: ({ ownership }: { ownership: string }) => series.delete(ownership),
    }),
  } as unknown as PluginMetrics;

  it("counts each namespace once, as it was seen last", () => {
    const { saw } = createTenancyMetrics(metrics);
    const term = new AbortController().signal;
    expect(saw("a", "owned", term)).to.equal(undefined);
    expect(saw("b", "missing", term)).to.equal(undefined);
    expect(saw("b", "missing", term)).to.equal("missing");
    expect(Object.fromEntries(series)).to.deep.equal({
      owned: 1,
      unowned: 0,
      missing: 1,
      malformed: 0,
    });
    expect(saw("b", "owned", term)).to.equal("missing");
    expect(saw("a", undefined, term)).to.equal("owned");
    expect(Object.fromEntries(series)).to.include({ owned: 1, missing: 0 });
  });

  it("says nothing once another replica leads, and begins anew with a new term", () => {
    const { saw } = createTenancyMetrics(metrics);
    const [first, second] = [new AbortController(), new AbortController()];
    saw("a", "missing", first.signal);
    first.abort();
    expect(series.size).to.equal(0);
    saw("b", "missing", first.signal);
    expect(series.size).to.equal(0);
    expect(saw("a", "owned", second.signal)).to.equal(undefined);
    expect(Object.fromEntries(series)).to.include({ owned: 1, missing: 0 });
  });
});
