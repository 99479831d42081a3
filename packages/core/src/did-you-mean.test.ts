import { expect } from "chai";
import { describe, it } from "mocha";
import { didYouMean, nearest } from "./did-you-mean.ts";

describe("nearest(word, known): string | undefined", () => {
  const known = ["rules", "sideEffects", "handle", "apiGroups"];
  const cases: [word: string, meant: string | undefined][] = [
    ["rule", "rules"],
    ["sideeffects", "sideEffects"],
    ["SIDEEFFECTS", "sideEffects"],
    ["apiGroup", "apiGroups"],
    ["hadnle", "handle"],
    ["matchConditions", undefined],
    ["", undefined],
    ["x", undefined],
  ];
  for (const [word, meant] of cases) {
    it(`${JSON.stringify(word)}: ${meant ?? "nothing"}`, () => {
      expect(nearest(word, known)).to.equal(meant);
    });
  }

  it("takes the nearest of several, and the first of equals", () => {
    expect(nearest("cats", ["bats", "cat", "carts"])).to.equal("bats");
    expect(nearest("CREAT", ["CREATE", "UPDATE"])).to.equal("CREATE");
  });
});

describe("didYouMean(word, known): string", () => {
  it("is a hint, or nothing", () => {
    expect(didYouMean("rule", ["rules"])).to.equal(' (did you mean "rules"?)');
    expect(didYouMean("rule", ["handle"])).to.equal("");
  });
});
