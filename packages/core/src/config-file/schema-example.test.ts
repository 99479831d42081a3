import { expect } from "chai";
import { describe, it } from "mocha";
import { exampleAt } from "./schema-example.ts";

const schema = {
  type: "object",
  examples: [{ rules: [] }],
  properties: {
    rules: {
      examples: [[{ quota: { pods: 1 } }]],
      items: {
        properties: { quota: { additionalProperties: {}, examples: [{ pods: 10 }, "more"] } },
      },
    },
    "a/b": { examples: ["c"] },
    closed: { additionalProperties: false },
  },
};

describe("exampleAt(schema, pointer)", () => {
  it("is that of the place, or of what it is in", () => {
    const rules = { key: "rules", value: [{ quota: { pods: 1 } }] };
    expect(exampleAt(schema, "")).to.deep.equal({ key: undefined, value: { rules: [] } });
    expect(exampleAt(schema, "/rules")).to.deep.equal(rules);
    expect(exampleAt(schema, "/rules/0")).to.deep.equal(rules);
    const quota = { key: "quota", value: { pods: 10 } };
    expect(exampleAt(schema, "/rules/0/quota")).to.deep.equal(quota);
    expect(exampleAt(schema, "/rules/0/quota/pods")).to.deep.equal(quota);
    expect(exampleAt(schema, "/a~1b")).to.deep.equal({ key: "a/b", value: "c" });
  });

  it("is none where nobody knows better", () => {
    for (const pointer of [
      "/unknown",
      "/closed",
      "/closed/key",
      "/rules/0/match",
      "/constructor",
    ]) {
      expect(exampleAt(schema, pointer), pointer).to.equal(undefined);
    }
    for (const other of [undefined, null, true, {}, { examples: [] }]) {
      expect(exampleAt(other, "")).to.equal(undefined);
    }
  });
});
