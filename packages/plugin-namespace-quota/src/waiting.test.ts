import { expect } from "chai";
import { describe, it } from "mocha";
import { createWaiting } from "./waiting.ts";

describe("createWaiting(now)", () => {
  it("counts down while the same is true of a subject, and begins anew otherwise", () => {
    let now = 1000;
    const waiting = createWaiting(() => now);
    expect(waiting.left("a", "x", 500)).to.equal(500);
    now += 200;
    expect(waiting.left("a", "x", 500)).to.equal(300);
    expect(waiting.left("b", "x", 500)).to.equal(500);
    expect(waiting.left("a", "y", 500)).to.equal(500);
    now += 600;
    expect(waiting.left("a", "y", 500)).to.equal(0);
    expect(waiting.left("a", "y", 500)).to.equal(0);
    waiting.forget("a");
    expect(waiting.left("a", "y", 500)).to.equal(500);
    expect(waiting.left("c", "z", 0)).to.equal(0);
  });
});
