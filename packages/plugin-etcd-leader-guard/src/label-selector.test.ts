import { expect } from "chai";
import { describe, it } from "mocha";
import { type LabelExpression, selects } from "./label-selector.ts";

const takes = (key: string, operator: LabelExpression["operator"], values?: string[]) =>
  [{ app: "etcd" }, { app: "web" }, {}, undefined].map((labels) =>
    selects({ matchExpressions: [{ key, operator, ...(values && { values }) }] }, labels),
  );

describe("selects(selector, labels)", () => {
  it("each operator, with the label, with another value, without it, without labels", () => {
    expect(takes("app", "In", ["x", "etcd"])).to.deep.equal([true, false, false, false]);
    expect(takes("app", "NotIn", ["x", "etcd"])).to.deep.equal([false, true, true, true]);
    expect(takes("app", "Exists")).to.deep.equal([true, true, false, false]);
    expect(takes("app", "DoesNotExist")).to.deep.equal([false, false, true, true]);
  });

  it("all of it must hold, and values are compared whole", () => {
    const selector = {
      matchLabels: { app: "etcd", tier: "db" },
      matchExpressions: [{ key: "old", operator: "DoesNotExist" }],
    } as const;
    const labels = { app: "etcd", tier: "db", more: "" };
    expect(selects(selector, labels)).to.be.true;
    expect(selects(selector, { ...labels, tier: "db2" })).to.be.false;
    expect(selects(selector, { ...labels, old: "" })).to.be.false;
    expect(selects(selector, { app: "etcd" })).to.be.false;
  });

  it("what every object inherits is no label", () => {
    expect(takes("constructor", "Exists")).to.deep.equal([false, false, false, false]);
  });
});
