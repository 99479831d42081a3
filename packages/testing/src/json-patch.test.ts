import { expect } from "chai";
import jsonPatch from "fast-json-patch";
import { describe, it } from "mocha";
import { patchTable } from "../test/json-patch-table.ts";
import { applyJsonPatch } from "./json-patch.ts";

describe("applyJsonPatch(document, patch)", () => {
  for (const { name, document, patch, result } of patchTable) {
    it(`${name}: ${result === "error" ? "error" : JSON.stringify(result)}`, () => {
      const before = structuredClone(document);
      if (result === "error") expect(() => applyJsonPatch(document, patch)).to.throw();
      else expect(applyJsonPatch(document, patch)).to.deep.equal(result);
      expect(document, "the document given").to.deep.equal(before);
    });
  }

  it("takes __proto__ and constructor for keys like any other", () => {
    const document = JSON.parse('{"labels":{"__proto__":"x"}}') as object;
    const patched = applyJsonPatch(document, [
      { op: "replace", path: "/labels/__proto__", value: "y" },
      { op: "add", path: "/labels/constructor", value: "z" },
      { op: "add", path: "/__proto__", value: { polluted: true } },
    ]);
    expect(JSON.stringify(patched)).to.equal(
      '{"labels":{"__proto__":"y","constructor":"z"},"__proto__":{"polluted":true}}',
    );
    expect(() => applyJsonPatch({}, [{ op: "remove", path: "/constructor" }])).to.throw(
      "nonexistent key",
    );
    expect(() => applyJsonPatch({}, [{ op: "add", path: "/__proto__/x", value: 1 }])).to.throw(
      "missing path",
    );
    expect(({} as { polluted?: boolean }).polluted).to.equal(undefined);
  });

  it("shares nothing with the patch", () => {
    const value = { a: 1 };
    const patched = applyJsonPatch({}, [{ op: "add", path: "/x", value }]) as { x: object };
    expect(patched.x).to.deep.equal(value);
    expect(patched.x).to.not.equal(value);
  });

  it("agrees with fast-json-patch on what its compare makes", () => {
    const before = { a: [1, { b: 2 }], c: { "d/e": "x", "~": [] }, f: null };
    const after = { a: [{ b: 3 }], c: { "d/e": "y", g: { h: null } }, i: [[]] };
    expect(applyJsonPatch(before, jsonPatch.compare(before, after))).to.deep.equal(after);
  });
});
