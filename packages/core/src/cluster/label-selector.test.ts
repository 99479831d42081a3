import { expect } from "chai";
import { describe, it } from "mocha";
import { parseLabelSelector } from "./label-selector.ts";

const labels = { app: "web", "example.com/tier": "front", empty: "" };

describe("parseLabelSelector(selector): (labels) => boolean", () => {
  const matching = [
    "",
    " ",
    "app",
    "app=web",
    "app==web",
    "app = web , example.com/tier=front",
    "app!=db",
    "missing!=db",
    "!missing",
    "! missing",
    "empty=",
    "app in (db, web)",
    "app in (web),example.com/tier notin (back,side)",
    "missing notin (a)",
    "empty in (,a)",
  ];
  for (const selector of matching) {
    it(`matches by "${selector}"`, () => {
      expect(parseLabelSelector(selector)(labels)).to.equal(true);
    });
  }

  const others = [
    "missing",
    "!app",
    "app=we",
    "app=WEB",
    "app!=web",
    "missing=",
    "app in (db)",
    "missing in (a,)",
    "app notin (db,web)",
    "app=web,missing",
    "toString",
  ];
  for (const selector of others) {
    it(`does not match by "${selector}"`, () => {
      expect(parseLabelSelector(selector)(labels)).to.equal(false);
    });
  }

  it("takes no labels for empty ones", () => {
    expect(parseLabelSelector("a")(undefined)).to.equal(false);
    expect(parseLabelSelector("!a")(undefined)).to.equal(true);
  });

  for (const selector of [
    "=a",
    "a=b=c",
    "a,",
    ",a",
    "a in b",
    "a in (b",
    "a in ((b))",
    "a in (b c)",
    "ain (b)",
    "-a",
    "a=b c",
    "!a=b",
    "a>1",
  ]) {
    it(`refuses "${selector}"`, () => {
      expect(() => parseLabelSelector(selector)).to.throw(TypeError, "no label selector");
    });
  }
});
