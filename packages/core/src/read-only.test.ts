import { expect } from "chai";
import { describe, it } from "mocha";
import { podRequest } from "../test/reviews.ts";
import { GatewrightError } from "./errors.ts";
import { readOnly, viewOf } from "./read-only.ts";

interface Sample {
  a: { b?: { c: number; d?: number }; [key: string]: unknown };
  list: { n: number }[];
}

function sample(): Sample {
  return { a: { b: { c: 1 } }, list: [{ n: 1 }, { n: 2 }] };
}

describe("readOnly<T>(part: T): T", () => {
  it("leaves what is no object as it is", () => {
    for (const value of [null, undefined, "x", 1, true]) expect(readOnly(value)).to.equal(value);
  });

  it("looks like what it is a view of", () => {
    const view = readOnly(sample());
    expect(view).to.deep.equal(sample());
    expect(JSON.stringify(view)).to.equal(JSON.stringify(sample()));
    expect(Array.isArray(view.list)).to.equal(true);
    expect({ ...view.a }).to.deep.equal({ b: { c: 1 } });
    expect(view.list.map(({ n }) => n)).to.deep.equal([1, 2]);
    expect([...view.list]).to.have.length(2);
    expect("a" in view).to.equal(true);
    expect(Object.entries(view.a)).to.deep.equal([["b", { c: 1 }]]);
  });

  it("gives the same view of the same part", () => {
    const view = readOnly(sample());
    expect(view.a.b).to.equal(view.a.b);
    expect(view.list.includes(view.list[1] as { n: number })).to.equal(true);
    expect(new Set([view.a, view.a]).size).to.equal(1);
  });

  const writes: Record<string, (view: Sample) => unknown> = {
    "a member": (view) => (view.a = {}),
    "a deep member": (view) => ((view.a.b as { c: number }).c = 2),
    "a new member": (view) => ((view.a.b as { d: number }).d = 2),
    "a deletion": (view) => delete view.a.b,
    "push()": (view) => view.list.push({ n: 3 }),
    "sort()": (view) => view.list.sort((a, b) => b.n - a.n),
    "a length": (view) => (view.list.length = 0),
    "a definition": (view) => Object.defineProperty(view.a, "x", { value: 1 }),
    "Object.assign": (view) => Object.assign(view, { a: 1 }),
    "a prototype": (view) => Object.setPrototypeOf(view.a, null) as unknown,
    "a prototype by __proto__": (view) => (view.a["__proto__"] = null),
    "Object.freeze": (view) => Object.freeze(view.a),
    "by way of entries": (view) => (Object.values(view.a)[0] as { c: number }).c++,
    "by way of a descriptor": (view) =>
      delete (Object.getOwnPropertyDescriptor(view, "a") as { value: Sample["a"] }).value.b,
    "by way of a spread": (view) => delete { ...view }.a.b,
    "by way of find()": (view) => (view.list.find(() => true) as { n: number }).n++,
    "by way of for…of": (view) => {
      for (const item of view.list) item.n = 5;
    },
  };
  for (const [what, write] of Object.entries(writes)) {
    it(`refuses to write: ${what}`, () => {
      const target = sample();
      expect(() => write(readOnly(target)))
        .to.throw(GatewrightError)
        .with.property("code", "GW_READ_ONLY");
      expect(target).to.deep.equal(sample());
    });
  }

  it("lets copies be made and changed", () => {
    const view = readOnly(sample());
    const copy = JSON.parse(JSON.stringify(view.a)) as { b: { c: number } };
    copy.b.c = 2;
    expect(view.a.b?.c).to.equal(1);
    expect(view.list.toSorted((a, b) => b.n - a.n).map(({ n }) => n)).to.deep.equal([2, 1]);
  });

  it("shows what is frozen as well", () => {
    const { freeze } = Object;
    const frozen = freeze({ a: freeze({ b: freeze([freeze({ c: 1 })]) }) });
    const view = readOnly(frozen);
    expect(view).to.deep.equal({ a: { b: [{ c: 1 }] } });
    expect(view.a.b[0]?.c).to.equal(1);
    expect(Object.getOwnPropertyDescriptor(view, "a")?.value).to.deep.equal({ b: [{ c: 1 }] });
    expect(() => ((view.a.b[0] as { c: number }).c = 2)).to.throw(GatewrightError);
  });

  it("takes __proto__ as a key like any other", () => {
    const view = readOnly(JSON.parse('{"__proto__":{"x":1}}') as Record<string, { x: number }>);
    expect(Object.keys(view)).to.deep.equal(["__proto__"]);
    expect(view["__proto__"]?.x).to.equal(1);
  });
});

describe("viewOf(request, object): unknown", () => {
  const writes: Record<string, (view: ReturnType<typeof podRequest>) => unknown> = {
    object: (view) => (view.object = {}),
    uid: (view) => (view.uid = "other"),
    "a new field": (view) => Object.assign(view, { extra: 1 }),
    "a deletion": (view) => delete view.subResource && delete view.name,
    resource: (view) => (view.resource.resource = "nodes"),
    kind: (view) => (view.kind.kind = "Node"),
    requestKind: (view) => ((view.requestKind as { kind: string }).kind = "Node"),
    requestResource: (view) => ((view.requestResource as { group: string }).group = "apps"),
    userInfo: (view) => (view.userInfo.groups as string[]).push("system:masters"),
    oldObject: (view) => ((view.oldObject as { kind: string }).kind = "Node"),
    options: (view) => ((view.options as { kind: string }).kind = "Node"),
  };
  for (const [what, write] of Object.entries(writes)) {
    it(`is read-only: ${what}`, () => {
      const request = podRequest({ oldObject: { kind: "Pod" } });
      const before = structuredClone(request);
      expect(() => write(viewOf(request, {}) as typeof request))
        .to.throw(GatewrightError)
        .with.property("code", "GW_READ_ONLY");
      expect(request).to.deep.equal(before);
    });
  }

  it("has the object as it is given, and everything else as it is", () => {
    const request = podRequest();
    const object = { changed: true };
    expect(viewOf(request, object)).to.deep.equal({ ...request, object });
    expect((viewOf(request, object) as typeof request).object).to.equal(object);
    const { requestKind: _kind, requestResource: _resource, ...bare } = request;
    expect(Object.keys(viewOf(bare, null) as object)).not.to.include("requestKind");
  });
});
