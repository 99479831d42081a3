import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { matchesGlob } from "./glob.ts";

describe("matchesGlob(pattern, text)", () => {
  it("takes the whole text", () => {
    expect(matchesGlob("team", "team")).to.be.true;
    expect(matchesGlob("team", "team-a")).to.be.false;
    expect(matchesGlob("team-*", "team-")).to.be.true;
    expect(matchesGlob("team-*", "team-a")).to.be.true;
    expect(matchesGlob("team-*", "a-team-a")).to.be.false;
    expect(matchesGlob("*-dev", "a-dev")).to.be.true;
    expect(matchesGlob("*-dev", "a-dev-b")).to.be.false;
    expect(matchesGlob("a*a", "a")).to.be.false;
    expect(matchesGlob("a*b*c", "a-b-b-c")).to.be.true;
    expect(matchesGlob("a*b*c", "a-c-b")).to.be.false;
    expect(matchesGlob("*", "")).to.be.true;
    expect(matchesGlob("", "")).to.be.true;
    expect(matchesGlob("", "a")).to.be.false;
    // No pattern but `*`.
    expect(matchesGlob("a.c", "abc")).to.be.false;
  });

  it("is as the regular expression that it stands for", () => {
    const letters = fc.array(fc.constantFrom("a", "b", "*"), { maxLength: 6 });
    const text = fc.array(fc.constantFrom("a", "b"), { maxLength: 8 });
    fc.assert(
      fc.property(letters, text, (pattern, letters) => {
        const expected = new RegExp(`^${pattern.join("").replaceAll("*", ".*")}$`);
        const written = letters.join("");
        expect(matchesGlob(pattern.join(""), written)).to.equal(expected.test(written));
      }),
    );
  });
});
