import { deepStrictEqual } from "node:assert/strict";
import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { edit, edits, type Json, objects } from "../test/json-trees.ts";
import { changeOf } from "./change.ts";
import { openDraft } from "./draft.ts";
import { GatewrightError } from "./errors.ts";
import { patchBetween } from "./patch.ts";
import { readOnly } from "./read-only.ts";

interface Pod {
  metadata: { labels: Record<string, unknown>; [key: string]: unknown };
  spec: { containers: unknown[]; extra: Record<string, unknown>; [key: string]: unknown };
  copy?: unknown;
}

function pod(): Pod {
  return {
    metadata: { labels: { a: "1" } },
    spec: { containers: [{ name: "x", env: [{ name: "A" }] }, { name: "y" }], extra: {} },
  };
}

function changed<T extends object>(base: T, make: (draft: T) => unknown): T {
  const draft = openDraft(base);
  make(draft.draft);
  return changeOf(draft).after as T;
}

describe("changeOf(draft): Change", () => {
  it("gives the original where nothing was changed, whatever was read", () => {
    const base = pod();
    expect(changed(base, (draft) => JSON.stringify(draft))).to.equal(base);
  });

  it("keeps the reference of each part that was not changed", () => {
    const base = pod();
    const after = changed(base, (draft) => {
      JSON.stringify(draft);
      (draft.spec.containers[0] as { name: string }).name = "z";
    });
    expect(after).not.to.equal(base);
    expect(after.spec).not.to.equal(base.spec);
    expect(after.metadata).to.equal(base.metadata);
    expect(after.spec.extra).to.equal(base.spec.extra);
    expect(after.spec.containers[1]).to.equal(base.spec.containers[1]);
    const [one, other] = [after, base].map(({ spec }) => spec.containers[0] as { env: object });
    expect(one).not.to.equal(other);
    expect(one?.env).to.equal(other?.env);
  });

  it("never writes to the original, and gives what a deep copy would be", () => {
    const leaves = fc.constantFrom(1, "x", null, true);
    fc.assert(
      fc.property(objects(leaves), edits(fc.oneof(leaves, objects(leaves))), (made, script) => {
        const base = deepFreeze(JSON.parse(JSON.stringify(made)) as Json) as object;
        const copy = structuredClone(base);
        edit(copy, script);
        const after = changed(base, (draft) => edit(draft, script));
        deepStrictEqual(JSON.parse(JSON.stringify(after)), JSON.parse(JSON.stringify(copy)));
      }),
      { numRuns: 1_000 },
    );
  });

  it("gives plain data, which nothing can change later", () => {
    const template = { image: "sidecar", env: [{ name: "A" }] };
    const frozen = Object.freeze({ deep: Object.freeze([template]) });
    const { groups = {} } = /(?<app>.*)/.exec("web") as RegExpExecArray;
    const oldObject = readOnly({ labels: { old: "1" } });
    const { metadata, spec } = changed(pod(), (draft) => {
      draft.spec.containers.push(template);
      draft.spec["frozen"] = frozen;
      draft.metadata.labels = groups;
      draft.metadata["old"] = oldObject.labels;
    });
    template.image = "changed";
    template.env.length = 0;
    expect(spec.containers[2]).to.deep.equal({ image: "sidecar", env: [{ name: "A" }] });
    expect(spec["frozen"]).to.deep.equal({ deep: [{ image: "sidecar", env: [{ name: "A" }] }] });
    expect(Object.getPrototypeOf(metadata.labels)).to.equal(Object.prototype);
    expect(metadata).to.deep.equal({ labels: { app: "web" }, old: { old: "1" } });
    Object.assign(metadata["old"] as object, { more: "2" });
    expect(oldObject).to.deep.equal({ labels: { old: "1" } });
  });

  it("takes in parts of the draft that stand in new values, frozen ones as well", () => {
    const { copy } = changed(pod(), (draft) => {
      draft.copy = Object.freeze({ of: draft.metadata, list: [draft.spec.containers[1]] });
      draft.metadata.labels["b"] = "2";
    });
    expect(copy).to.deep.equal({ of: { labels: { a: "1", b: "2" } }, list: [{ name: "y" }] });
  });

  it("takes an undefined member for no member, as JSON.stringify does", () => {
    const { metadata, spec } = changed(pod(), (draft) => {
      Object.assign(draft.metadata, { labels: undefined });
      draft.spec.extra["new"] = { a: undefined, b: 1 };
    });
    expect(Object.keys(metadata)).to.deep.equal([]);
    expect(spec.extra).to.deep.equal({ new: { b: 1 } });
  });

  class Quantity {
    value = "1";
  }
  const circle: { self?: unknown } = {};
  circle.self = circle;

  const values: Record<string, [value: unknown, message: RegExp]> = {
    "a class instance": [new Quantity(), /^\/spec\/extra\/x .*instance of Quantity/],
    "a Date": [[new Date(0)], /^\/spec\/extra\/x\/0 .*instance of Date/],
    "a Map": [new Map(), /instance of Map/],
    "a Set": [new Set(), /instance of Set/],
    "a Buffer": [Buffer.from("x"), /instance of Buffer/],
    "a boxed string": [Object("x"), /instance of String/],
    NaN: [NaN, /^\/spec\/extra\/x was set to NaN/],
    Infinity: [-Infinity, /-Infinity/],
    "a function": [{ toJSON: () => 1 }, /^\/spec\/extra\/x\/toJSON .*function/],
    "a bigint": [1n, /bigint/],
    "a symbol": [Symbol("s"), /symbol/],
    "a symbol as key": [{ [Symbol("s")]: 1 }, /symbol as key/],
    "undefined in an array": [[undefined], /^\/spec\/extra\/x\/0 .*undefined/],
    "half a surrogate pair": ["\ud800", /half a surrogate pair/],
    "half a surrogate pair as a key": [{ "\udc00": "x" }, /half a surrogate pair/],
    "a circle": [circle, /^\/spec\/extra\/x\/self\/self\/.*a circle/],
  };
  const changes: Record<string, [make: (draft: Pod) => unknown, message: RegExp]> = {
    "undefined pushed": [
      (d) => d.spec.containers.push(undefined),
      /^\/spec\/containers\/2 .*undef/,
    ],
    "a hole by delete": [
      (d) => Reflect.deleteProperty(d.spec.containers, 0),
      /^\/spec\/containers\/0 .*undefined/,
    ],
    "a hole by length": [
      (d) => (d.spec.containers.length = 3),
      /^\/spec\/containers\/2 .*undefined/,
    ],
    "a circle in the draft": [(d) => (d.spec.extra["spec"] = d.spec), /\/extra\/spec\/.*a circle/],
    "a bad value under a key to be escaped": [
      (d) => (d.metadata.labels["a/b~"] = NaN),
      /^\/metadata\/labels\/a~1b~0 /,
    ],
  };
  for (const [what, [value, message]] of Object.entries(values)) {
    changes[what] = [(draft) => (draft.spec.extra["x"] = value), message];
  }
  for (const [what, [make, message]] of Object.entries(changes)) {
    it(`refuses ${what}, by its place`, () => {
      const base = pod();
      expect(() => changed(base, make))
        .to.throw(GatewrightError, message)
        .with.property("code", "GW_PATCH_NOT_JSON");
      expect(base).to.deep.equal(pod());
    });
  }

  it("refuses a part of another draft that has ended, and copies one of a draft that has not", () => {
    const other = openDraft(pod());
    const { labels } = other.draft.metadata;
    labels["a"] = "other";
    const { metadata } = changed(pod(), (draft) => (draft.metadata.labels = labels));
    labels["a"] = "later";
    expect(metadata.labels).to.deep.equal({ a: "other" });
    changeOf(other);
    expect(() => changed(pod(), (draft) => (draft.metadata.labels = labels))).to.throw(
      GatewrightError,
      /after its mutator had ended/,
    );
  });

  it("takes an object as deep as a review can bring it, and refuses a deeper one", () => {
    const nested = (levels: number): object => {
      let value = {};
      for (let level = 1; level < levels; level++) value = { a: value };
      return value;
    };
    // The review is the first level, its request the second, the object the third.
    const after = changed<{ a?: object }>({}, (draft) => (draft.a = nested(997)));
    expect(patchBetween({}, { after, written: new Set() }, () => "{}")).to.have.length(1);
    const deeper = () => changed<{ a?: object }>({}, (draft) => (draft.a = nested(998)));
    expect(deeper).to.throw(/deeper than 1,000/);
  });

  it("closes the draft, also where it throws", () => {
    for (const value of ["x", NaN]) {
      const draft = openDraft<{ a: unknown }>({ a: 1 });
      const kept = draft.draft;
      kept.a = value;
      try {
        changeOf(draft);
      } catch {
        // What is refused is told above.
      }
      expect(() => (kept.a = 2)).to.throw(/after its mutator had ended/);
    }
  });

  it("costs what the change is, not what the object is", () => {
    // 20,000 items, a megabyte as JSON, of which nothing is read but what leads to the change.
    const items = Array.from({ length: 20_000 }, (_, n) => ({ name: `item ${n}`, on: { off: n } }));
    let reads = 0;
    const counted = <T extends object>(target: T): T =>
      new Proxy(target, {
        get(object, key, receiver) {
          reads++;
          return Reflect.get(object, key, receiver) as unknown;
        },
        getOwnPropertyDescriptor(object, key) {
          reads++;
          return Reflect.getOwnPropertyDescriptor(object, key);
        },
      });
    const base = {
      metadata: counted({ labels: counted({ a: "1" }) }),
      spec: counted({ items: counted(items) }),
      status: counted({ conditions: counted(items) }),
    };
    const draft = openDraft(base);
    draft.draft.metadata.labels.a = "2";
    const change = changeOf(draft);
    const patch = patchBetween(base, change, () => "{}");
    expect(patch).to.deep.equal([{ op: "replace", path: "/metadata/labels/a", value: "2" }]);
    expect(reads).to.be.within(1, 30);
    expect((change.after as typeof base).spec).to.equal(base.spec);
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
