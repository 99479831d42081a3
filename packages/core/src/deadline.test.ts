import { expect } from "chai";
import { describe, it } from "mocha";
import { DEFAULT_TIMEOUT_MS, parseDuration, timeAllowed } from "./deadline.ts";
import { BadReview } from "./errors.ts";

describe("parseDuration(text): number | undefined", () => {
  const durations: Record<string, number> = {
    "10s": 10_000,
    "300ms": 300,
    "1m30s": 90_000,
    "1h": 3_600_000,
    "1.5s": 1_500,
    ".5s": 500,
    "5.s": 5_000,
    "100us": 0.1,
    "100µs": 0.1,
    "100μs": 0.1,
    "1000000ns": 1,
    "1h2m3.5s": 3_723_500,
  };
  for (const [text, ms] of Object.entries(durations)) {
    it(`${text} is ${ms} ms`, () => expect(parseDuration(text)).to.be.closeTo(ms, 1e-9));
  }
  for (const text of ["", "10", "s", ".s", "0s", "-1s", "10 s", "10S", "1e3s", "10s ", "∞", "1d"]) {
    it(`${JSON.stringify(text)} is none`, () => expect(parseDuration(text)).to.equal(undefined));
  }
  it("an endless one is none", () => {
    expect(parseDuration(`${"9".repeat(400)}h`)).to.equal(undefined);
  });
});

describe("timeAllowed(queryString): number", () => {
  it("keeps back a tenth, 500 ms at most", () => {
    expect(timeAllowed("timeout=10s")).to.equal(9_500);
    expect(timeAllowed("timeout=30s")).to.equal(29_500);
    expect(timeAllowed("timeout=1s")).to.equal(900);
    expect(timeAllowed("timeout=300ms")).to.equal(270);
    expect(timeAllowed("a=b&timeout=2s&c")).to.equal(1_800);
  });

  it("takes the API server's default where there is none", () => {
    expect(timeAllowed("")).to.equal(DEFAULT_TIMEOUT_MS - 500);
    expect(timeAllowed("other=1s")).to.equal(DEFAULT_TIMEOUT_MS - 500);
  });

  it("refuses what is no duration, each time", () => {
    for (let time = 0; time < 2; time++) {
      for (const query of ["timeout=", "timeout=soon", "timeout=0s", "timeout=-1s"]) {
        expect(() => timeAllowed(query))
          .to.throw(BadReview, /no|not a duration/)
          .with.property("status", 400);
      }
    }
  });

  it("remembers the right ones of however many there are", () => {
    for (let n = 1; n <= 300; n++)
      expect(timeAllowed(`timeout=${n}0ms`)).to.be.closeTo(n * 9, 1e-6);
    expect(timeAllowed("timeout=10ms")).to.equal(9);
  });
});
