import { expect } from "chai";
import { describe, it } from "mocha";
import { createCounters, createTimers, type Sample } from "./tally.ts";

const valueOf = (samples: Sample[], metricName: string, le?: string | number) =>
  samples.find((one) => one.metricName === metricName && one.labels["le"] === le)?.value;

describe("createCounters(name, type, help): Counters", () => {
  it("has one number for each set of labels", () => {
    const counters = createCounters("c", "counter", "help");
    counters.cell({ a: "1" }).value++;
    counters.cell({ a: "1" }).value++;
    counters.cell({ a: "2" }).value = 5;
    expect(counters.samples()).to.deep.equal([
      { metricName: "c", labels: { a: "1" }, value: 2 },
      { metricName: "c", labels: { a: "2" }, value: 5 },
    ]);
  });
});

describe("createTimers(name, help): Timers", () => {
  it("counts into buckets that add up, in seconds", () => {
    const timers = createTimers("t", "help");
    const timer = timers.series({ a: "1" });
    for (const milliseconds of [0, 0.1, 5, 5.0001, 30_000]) timer.observe(milliseconds);
    const samples = timers.samples();
    expect(valueOf(samples, "t_bucket", 0.0001)).to.equal(2);
    expect(valueOf(samples, "t_bucket", 0.005)).to.equal(3);
    expect(valueOf(samples, "t_bucket", 0.01)).to.equal(4);
    expect(valueOf(samples, "t_bucket", 25)).to.equal(4);
    expect(valueOf(samples, "t_bucket", "+Inf")).to.equal(5);
    expect(valueOf(samples, "t_count")).to.equal(5);
    expect(valueOf(samples, "t_sum")).to.be.closeTo(30.0101001, 1e-9);
  });

  it("gives the same series for the same labels", () => {
    const timers = createTimers("t", "help");
    timers.series({ a: "1" }).observe(1);
    timers.series({ a: "1" }).observe(1);
    timers.series({ a: "2" });
    expect(timers.samples().filter(({ metricName }) => metricName === "t_count")).to.deep.equal([
      { metricName: "t_count", labels: { a: "1" }, value: 2 },
      { metricName: "t_count", labels: { a: "2" }, value: 0 },
    ]);
  });
});
