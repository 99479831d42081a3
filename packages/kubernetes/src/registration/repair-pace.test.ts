import { expect } from "chai";
import { describe, it } from "mocha";
import { createRepairPace } from "./repair-pace.ts";

describe("createRepairPace(now)", () => {
  it("repairs at once, then ever more slowly, and at once again after half an hour of peace", () => {
    let now = 0;
    const pace = createRepairPace(() => now);
    const waits: number[] = [];
    for (let repair = 0; repair < 10; repair++) {
      waits.push(pace.wait() / 1000);
      now += pace.wait();
      expect(pace.wait()).to.equal(0);
      pace.repaired();
    }
    expect(waits).to.deep.equal([0, 5, 10, 20, 40, 80, 160, 320, 600, 600]);
    now += 1_799_999;
    expect(pace.wait()).to.equal(0);
    pace.repaired();
    expect(pace.wait()).to.equal(600_000);
    now += 1_800_000;
    pace.repaired();
    expect(pace.wait()).to.equal(600_000);
    now += 1_800_000;
    expect(pace.wait()).to.equal(0);
    pace.repaired();
    expect(pace.wait()).to.equal(5_000);
  });
});
