import { inspect } from "node:util";
import { expect } from "chai";
import { describe, it } from "mocha";
import { changeOf } from "./change.ts";
import { closeDraft, openDraft } from "./draft.ts";
import { GatewrightError } from "./errors.ts";

interface Sample {
  labels: Record<string, unknown>;
  items: Record<string, unknown>[];
  list: number[];
}

function open(text = '{"labels":{"a":"1"},"items":[{"n":1},{"n":2},{"n":3}],"list":[3,1,2]}') {
  const base = JSON.parse(text) as Sample;
  const draft = openDraft(base);
  return { base, draft, object: draft.draft, after: () => changeOf(draft).after };
}

describe("openDraft(base): Draft", () => {
  it("looks like the original", () => {
    const { base, object } = open();
    expect(object).to.deep.equal(base);
    expect(JSON.stringify(object)).to.equal(JSON.stringify(base));
    expect(Array.isArray(object.items)).to.equal(true);
    expect(Object.keys(object)).to.deep.equal(["labels", "items", "list"]);
    expect("labels" in object).to.equal(true);
    expect("toString" in object.labels).to.equal(true);
    expect(object.labels).to.be.instanceOf(Object);
    expect(object.list.length).to.equal(3);
    expect({ ...object.labels }).to.deep.equal({ a: "1" });
    expect(object["missing" as keyof Sample]).to.equal(undefined);
  });

  it("shows as the original does", () => {
    const { base, object } = open();
    expect(inspect(object)).to.equal(inspect(base));
    object.labels["b"] = "2";
    object.items[0] = { n: [] };
    const { items, labels } = object;
    expect(inspect(labels)).to.equal("{ a: '1', b: '2' }");
    expect(inspect(items)).to.equal("[ { n: [] }, { n: 2 }, { n: 3 } ]");
    expect(inspect(object)).to.equal(
      inspect({ ...base, labels: { a: "1", b: "2" }, items: [{ n: [] }, { n: 2 }, { n: 3 }] }),
    );
    expect(Object.keys(object)).to.deep.equal(["labels", "items", "list"]);
  });

  it("gives out the same part each time, never the original", () => {
    const { base, object } = open();
    expect(object.labels).to.equal(object.labels);
    expect(object.labels).not.to.equal(base.labels);
    const [first] = object.items;
    expect(object.items.indexOf(first as never)).to.equal(0);
    expect(object.items.includes(first as never)).to.equal(true);
    const { value } = Object.getOwnPropertyDescriptor(object, "labels") as PropertyDescriptor;
    expect(value).to.equal(object.labels);
    expect(Object.values(object)[0]).to.equal(object.labels);
  });

  it("takes every way to change an array", () => {
    const { base, object, after } = open();
    object.list.sort((a, b) => a - b);
    object.list.push(4, 5);
    object.list.splice(1, 1, 9, 9);
    object.list.unshift(0);
    object.list.copyWithin(0, 4);
    object.list.fill(7, 5);
    object.items.reverse();
    object.items.length = 2;
    const wanted = structuredClone(base);
    wanted.list.sort((a, b) => a - b);
    wanted.list.push(4, 5);
    wanted.list.splice(1, 1, 9, 9);
    wanted.list.unshift(0);
    wanted.list.copyWithin(0, 4);
    wanted.list.fill(7, 5);
    wanted.items.reverse();
    wanted.items.length = 2;
    expect(after()).to.deep.equal(wanted);
    expect(base).to.deep.equal(open().base);
  });

  it("keeps a part one part, in however many places it is put", () => {
    const { object, after } = open();
    const { labels } = object;
    Object.assign(object, { again: labels, deep: { within: [labels] } });
    labels["b"] = "2";
    expect(after()).to.deep.include({
      labels: { a: "1", b: "2" },
      again: { a: "1", b: "2" },
      deep: { within: [{ a: "1", b: "2" }] },
    });
  });

  it("follows a part that was moved", () => {
    const { object, after } = open();
    const first = object.items.shift() as Record<string, unknown>;
    first["n"] = 10;
    object.items.push(first);
    Object.assign(object, { labels: first });
    first["m"] = 11;
    const moved = { n: 10, m: 11 };
    expect(after()).to.deep.include({ items: [{ n: 2 }, { n: 3 }, moved], labels: moved });
  });

  it("leaves no trace of a part that was changed and then taken out", () => {
    const { object, after } = open();
    const { labels } = object;
    delete (object as Partial<Sample>).labels;
    labels["b"] = "2";
    expect(after()).not.to.have.property("labels");
  });

  for (const key of ["__proto__", "constructor", "toString", "", "/", "~", "0"]) {
    it(`takes ${JSON.stringify(key)} as a key like any other`, () => {
      const { object, after } = open();
      object.labels[key] = "new";
      expect(Object.keys(object.labels)).to.include(key);
      expect(object.labels[key]).to.equal("new");
      const { labels } = after() as Sample;
      expect(Object.hasOwn(labels, key)).to.equal(true);
      expect(Object.entries(labels)).to.deep.include([key, "new"]);
      expect(Object.getPrototypeOf(labels)).to.equal(Object.prototype);

      const second = openDraft(JSON.parse(JSON.stringify({ labels })) as Sample);
      expect(second.draft.labels[key]).to.equal("new");
      delete second.draft.labels[key];
      expect(changeOf(second).after).to.deep.equal({ labels: { a: "1" } });
    });
  }

  it("reads, changes and replaces an object under __proto__", () => {
    const { object, after } = open('{"labels":{"__proto__":{"x":1}},"items":[],"list":[]}');
    (object.labels["__proto__"] as { x: number }).x = 2;
    Object.defineProperty(object, "__proto__", { value: { y: 3 }, enumerable: true });
    expect(JSON.stringify(after())).to.equal(
      '{"labels":{"__proto__":{"x":2}},"items":[],"list":[],"__proto__":{"y":3}}',
    );
    expect(({} as { x?: number; y?: number }).x).to.equal(undefined);
  });

  it("does not give Object.prototype out as a part that could be changed", () => {
    const { object } = open();
    expect(object.labels["__proto__"]).to.equal(undefined);
    expect(Object.keys(object.labels)).to.deep.equal(["a"]);
  });

  it("opens what is frozen", () => {
    const base = Object.freeze({ a: Object.freeze([Object.freeze({ b: 1 })]) });
    const draft = openDraft(base);
    (draft.draft.a[0] as { b: number }).b = 2;
    expect(changeOf(draft).after).to.deep.equal({ a: [{ b: 2 }] });
  });

  const refused: Record<string, (object: Sample) => unknown> = {
    "a symbol as key": (object) => Object.assign(object.labels, { [Symbol("s")]: 1 }),
    "a name in an array": (object) => Object.assign(object.list, { name: 1 }),
    "a getter": (object) => Object.defineProperty(object, "x", { get: () => 1, enumerable: true }),
    "a hidden member": (object) => Object.defineProperty(object, "x", { value: 1 }),
    "another prototype": (object) => Object.setPrototypeOf(object, null) as unknown,
    "being frozen": (object) => Object.freeze(object.labels),
  };
  for (const [what, change] of Object.entries(refused)) {
    it(`refuses ${what} where it is put`, () => {
      expect(() => change(open().object))
        .to.throw(GatewrightError)
        .with.property("code", "GW_PATCH_NOT_JSON");
    });
  }

  it("lets a member that is there be defined anew", () => {
    const { object, after } = open();
    Object.defineProperty(object, "list", { value: [1] });
    Object.defineProperty(object, "items", { enumerable: true });
    expect(after()).to.deep.equal({
      labels: { a: "1" },
      items: [{ n: 1 }, { n: 2 }, { n: 3 }],
      list: [1],
    });
  });
});

describe("closeDraft(draft): void", () => {
  const uses: Record<string, (labels: Record<string, unknown>) => unknown> = {
    write: (labels) => (labels["b"] = "2"),
    delete: (labels) => delete labels["a"],
    read: (labels) => labels["a"],
    list: (labels) => Object.keys(labels),
    describe: (labels) => Object.getOwnPropertyDescriptor(labels, "a"),
  };
  for (const [verb, use] of Object.entries(uses)) {
    it(`ends it: to ${verb} throws`, () => {
      const { draft, object } = open();
      const { labels } = object;
      closeDraft(draft);
      expect(() => use(labels)).to.throw(GatewrightError, /after its mutator had ended/);
    });
  }
});
