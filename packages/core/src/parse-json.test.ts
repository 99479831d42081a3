import { deepStrictEqual } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { isAscii } from "node:buffer";
import { inspect, isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { edit, edits, keys, objects, put } from "../test/json-trees.ts";
import { parsings } from "../test/parsings.ts";
import { changeOf } from "./change.ts";
import { openDraft } from "./draft.ts";
import { memoryFor } from "./json-scan.ts";
import { createReadingHabit, parseJson, type ReadingHabit, TooDeep } from "./parse-json.ts";
import { patchBetween } from "./patch.ts";
import { readOnly } from "./read-only.ts";

const parse = (json: string, levels = 1_000, habit: ReadingHabit = createReadingHabit()) => {
  const bytes = Buffer.from(json);
  return parseJson(bytes, isAscii(bytes), levels, habit);
};

const PADDING = "x".repeat(256);

/** Puts things at the seventh level, each by a way of its own. */
function nested(ways: readonly (readonly [way: readonly string[], part: object])[]): object {
  const root = {};
  for (const [way, part] of ways) {
    let parent: object = root;
    for (const key of way.slice(0, -1)) {
      if (!Object.hasOwn(parent, key)) put(parent, key, {});
      parent = (parent as Record<string, object>)[key] as object;
    }
    put(parent, way.at(-1) as string, part);
  }
  return root;
}

const leaves = fc.constantFrom<(string | number | boolean | null)[]>(1, "x", "ü", null, true);
const wayOf = (length: number) => fc.array(keys, { minLength: length, maxLength: length });
const longOf = (values: fc.Arbitrary<unknown>) =>
  fc.oneof(
    objects(values).map((part) => ({ ...part, padding: PADDING })),
    fc.array(objects(values), { maxLength: 3 }).map((items) => [...items, PADDING]),
  );
/** Long parts at the first level with those of `inner`, which are two levels deeper, in them. */
const holding = (inner: fc.Arbitrary<object>) =>
  fc.oneof(
    inner,
    fc.array(fc.tuple(wayOf(2), inner), { maxLength: 3 }).map(nested),
    fc.array(inner, { maxLength: 3 }).map((items) => [{ a: items }, { b: items, c: 1 }]),
  );
const treesOf = (values: fc.Arbitrary<unknown>) =>
  fc
    .array(fc.tuple(wayOf(6), holding(holding(holding(longOf(values))))), { maxLength: 5 })
    .map(nested);
const trees = treesOf(leaves);

interface Pod {
  a: { b: { spec: { containers: { name: string; env: { name: string }[] }[] } } };
}

/** Two containers with an environment at the seventh level. */
function podText(name = "N"): string {
  const env = Array.from({ length: 20 }, (_, index) => ({ name: `${name}${index}`, value: "v" }));
  const containers = ["one", "two"].map((container) => ({ name: container, env }));
  return JSON.stringify({ a: { b: { spec: { containers } } } });
}

describe("parseJson(bytes, isAscii, levels): ParsedJson", () => {
  it("gives what JSON.parse gives, whatever there is and wherever it is", () => {
    fc.assert(
      fc.property(trees, fc.constantFrom(undefined, 1), (tree, indent) => {
        const json = JSON.stringify(tree, undefined, indent);
        const { value, text } = parse(json);
        expect(JSON.stringify(value)).to.equal(JSON.stringify(tree));
        deepStrictEqual(parse(json).value, JSON.parse(json));
        deepStrictEqual(parse(json).value, value);
        expect(text()).to.equal(json);
      }),
      { numRuns: 300 },
    );
  });

  it("is changed by plugins as the whole is, with the same patch or the same refusal", () => {
    // Two numbers that JavaScript takes for one: a change that moves them is refused.
    const exact = "9007199254740992";
    const numbered = fc.oneof(trees, treesOf(fc.oneof(leaves, fc.constant(Number(exact)))));
    const scripts = fc.array(edits(fc.oneof(leaves, objects(leaves))), {
      minLength: 1,
      maxLength: 3,
    });
    let refused = 0;
    fc.assert(
      fc.property(numbered, scripts, fc.boolean(), (tree, scriptsOfAll, isReadFirst) => {
        const json = JSON.stringify(tree).replaceAll(exact, "9007199254740993");
        const [sparse, whole] = [parse(json).value, JSON.parse(json)].map((base) => {
          let object = base as object;
          const patches = scriptsOfAll.map((script) => {
            const draft = openDraft(object);
            if (isReadFirst) JSON.stringify(draft.draft);
            edit(draft.draft, script);
            const change = changeOf(draft);
            try {
              const patch = patchBetween(object, change, () => json);
              object = change.after;
              return patch;
            } catch (error) {
              refused += 1;
              return (error as Error).message;
            }
          });
          return { patches, after: JSON.stringify(object) };
        });
        expect(sparse).to.deep.equal(whole);
      }),
      { numRuns: 500 },
    );
    expect(refused).to.be.above(0);
  });

  it("does not take for moved what was only read", () => {
    const json = podText("N").replaceAll('"v"', "9007199254740993");
    const base = parse(json).value as Pod;
    const draft = openDraft(base);
    const [one, two] = draft.draft.a.b.spec.containers;
    expect(JSON.stringify([one, two])).to.include("N19");
    if (one) one.name = "other";
    const change = changeOf(draft);
    expect(change.written.size).to.equal(0);
    // The very part, or comparing would look into it.
    const [before, after] = [base, change.after as Pod].map(({ a }) => a.b.spec.containers[0]?.env);
    expect(before === after).to.equal(true);
    expect(patchBetween(base, change, () => json)).to.deep.equal([
      { op: "replace", path: "/a/b/spec/containers/0/name", value: "other" },
    ]);
  });

  it("shows what was read through a view to what looks past traps", () => {
    const { containers } = (parse(podText()).value as Pod).a.b.spec;
    const view = readOnly(containers);
    const shown = (index: number) => inspect(view[index], { customInspect: false, depth: 9 });
    expect(shown(0)).not.to.include("N19");
    expect(view[0]?.env).to.have.length(20);
    expect(shown(0)).to.include("N19");
    expect(shown(1)).not.to.include("N19");
  });

  it("parses what is long and deep once it is read, and once", () => {
    const json = podText();
    let pod: Pod | undefined;
    expect(parsings(() => (pod = parse(json).value as Pod))).to.equal(1);
    const [one, two] = pod?.a.b.spec.containers ?? [];
    expect(parsings(() => expect(one?.name).to.equal("one"))).to.equal(0);
    expect(parsings(() => expect(Array.isArray(one?.env)).to.equal(true))).to.equal(0);
    expect(parsings(() => expect(one?.env[3]?.name).to.equal("N3"))).to.equal(1);
    expect(parsings(() => expect(one?.env.map(({ name }) => name)).to.have.length(20))).to.equal(0);
    expect(parsings(() => expect(two?.env).to.have.length(20))).to.equal(1);
  });

  it("does not parse for a patch what no plugin looked at", () => {
    const base = parse(podText()).value as Pod;
    const calls = parsings(() => {
      const draft = openDraft(base);
      const [one] = draft.draft.a.b.spec.containers;
      if (one) one.name = "other";
      expect(patchBetween(base, changeOf(draft), podText)).to.have.length(1);
    });
    expect(calls).to.equal(0);
  });

  it("keeps what is unread when the next body takes the memory of this one", () => {
    for (const name of ["N", "Ü"]) {
      const bytes = Buffer.from(podText(name));
      const memory = memoryFor(bytes.length) as Buffer;
      memory.set(bytes);
      const { value, text } = parseJson(memory, isAscii(memory), 1_000, createReadingHabit());
      memory.fill("!");
      parse(podText("M"));
      expect((value as Pod).a.b.spec.containers[1]?.env[19]?.name).to.equal(`${name}19`);
      expect(text()).to.equal(bytes.toString());
    }
  });

  it("takes the last of two members with one key, as JSON.parse and Go do", () => {
    const part = `{"padding":"${PADDING}"}`;
    for (const json of [
      `{"1":{"2":{"3":{"4":{"5":{"6":${part},"6":1}}}}}}`,
      `{"1":{"2":{"3":{"4":{"5":{"6":1,"6":${part}}}}}}}`,
      `{"1":{"2":{"3":{"4":{"5":{"6":${part},"6":[${part}]}}}}}}`,
      `{"1":{"2":{"3":{"4":{"5":{"6":${part}}},"4":{"5":{"6":[1,${part}]}}}}}}`,
      `{"1":{"2":{"3":{"4":{"5":{"6":${part}}},"4":null}}}}`,
      `{"1":{"2":{"3":{"4":{"5":{"6":${part}}}}},"2":"text"},"1":[]}`,
      `{"constructor":{"prototype":{"3":{"4":{"5":{"6":${part}}}}}},"constructor":1}`,
      `{"__proto__":{"__proto__":{"3":{"4":{"5":{"__proto__":${part}}}}}}}`,
    ]) {
      deepStrictEqual(parse(json).value, JSON.parse(json), json);
    }
    expect(({} as { padding?: string }).padding).to.equal(undefined);
  });

  it("gives no stand-in away where V8 takes one key for another", () => {
    // V8 13.6, once it has seen the key `\\` somewhere, takes other escaped keys of one character in that place for it.
    const text = (key: string) =>
      `{"v8":{"before":1,"${key}":{"3":{"4":{"5":{"6":["${PADDING}"]}}}}}}`;
    const whole = (json: string): string => JSON.stringify(JSON.parse(json));
    for (const key of ["\\\\", "\\/", '\\"', "\\u003c"]) {
      const json = text(key);
      expect(JSON.stringify(parse(json).value)).to.equal(whole(json));
    }
  });

  it("finds its way by keys that are written with escapes, or are not ASCII", () => {
    const part = `{"padding":"${PADDING}"}`;
    for (const key of [
      "\\u0061",
      '\\"',
      "\\\\",
      '\\\\\\"',
      "é",
      "😀",
      "\\ud83d",
      "",
      ":",
      "{",
      '\\"}',
    ])
      for (const other of ["x", key]) {
        const json = `{"${other}":{"2":{"3":[[{"${key}" : ${part}}]]}}}`;
        const { value } = parse(json);
        deepStrictEqual(value, JSON.parse(json), json);
      }
  });

  it("is as the whole to whoever looks", () => {
    const json = podText();
    const whole = (JSON.parse(json) as Pod).a.b.spec.containers[0] as object;
    const fresh = () => (parse(json).value as Pod).a.b.spec.containers[0] as { env: object[] };
    expect(inspect(fresh(), { depth: 9 })).to.equal(inspect(whole, { depth: 9 }));
    expect(inspect(readOnly(fresh()), { depth: 9 })).to.equal(inspect(whole, { depth: 9 }));
    expect(isDeepStrictEqual(fresh(), whole)).to.equal(true);
    expect(isDeepStrictEqual(readOnly(fresh()), readOnly(whole))).to.equal(true);
    expect(fresh()).to.deep.equal(whole);
    expect(fresh().env.slice(1).constructor).to.equal(Array);
    expect(Object.getPrototypeOf(fresh().env)).to.equal(Array.prototype);
    expect(3 in fresh().env).to.equal(true);
    expect([...fresh().env]).to.have.length(20);
    expect(Object.keys(fresh().env)).to.have.length(20);
    expect(fresh().env.concat([{}])).to.have.length(21);
    expect(() => Object.freeze(fresh().env)).to.throw(TypeError);
  });

  it("is an object as the whole to whoever looks", () => {
    const part = { constructor: 1, toString: 2, padding: PADDING };
    const json = JSON.stringify({ 1: { 2: { 3: { 4: { 5: { 6: part } } } } } });
    type Six = { 1: { 2: { 3: { 4: { 5: { 6: Record<string, unknown> } } } } } };
    const fresh = () => (parse(json).value as Six)[1][2][3][4][5][6];
    expect(inspect(fresh())).to.equal(inspect(part));
    expect(Object.getPrototypeOf(fresh())).to.equal(Object.prototype);
    expect(Object.entries(fresh())).to.deep.equal(Object.entries(part));
    const written = fresh();
    written["more"] = 1;
    delete written["padding"];
    Object.defineProperty(written, "hidden", { value: 1, configurable: true });
    expect(Object.keys(written)).to.deep.equal(["constructor", "toString", "more"]);
    const listed: string[] = [];
    for (const key in fresh()) listed.push(key);
    expect(listed).to.deep.equal(Object.keys(part));
  });

  it("leaves parts of parts, such as what is in the containers of a Deployment", () => {
    const env = Array.from({ length: 20 }, (_, index) => ({ name: `N${index}`, value: "v" }));
    const containers = ["one", "two"].map((name) => ({ name, env }));
    const template = { spec: { containers } };
    for (const [tree, most] of [
      [{ 1: { 2: { spec: { template } } } }, 1],
      [{ 1: { 2: { spec: { jobTemplate: { spec: { template } } } } } }, 2],
    ] as const) {
      const json = JSON.stringify(tree);
      interface Containers {
        containers: { name: string; env: unknown }[];
      }
      let found: Containers | undefined;
      const find = (value: object): void => {
        for (const [key, member] of Object.entries(value)) {
          if (key === "spec" && "containers" in member) found = member as Containers;
          else if (typeof member === "object") find(member as object);
        }
      };
      expect(parsings(() => find(parse(json).value as object))).to.equal(most);
      expect(parsings(() => expect(found?.containers[1]?.name).to.equal("two"))).to.equal(1);
      // The memory of the scan was another's in between.
      parse(podText());
      expect(parsings(() => expect(found?.containers[1]?.env).to.deep.equal(env))).to.equal(1);
      expect(found?.containers).to.deep.equal(containers);
    }
  });

  it("learns to parse all at once where all is read, and to leave it where that ends", () => {
    const json = podText();
    const habit = createReadingHabit();
    const review = (isRead: boolean): number =>
      parsings(() => {
        const { containers } = (parse(json, 1_000, habit).value as Pod).a.b.spec;
        if (isRead) for (const { env } of containers) expect(env).to.have.length(20);
      });
    expect(review(true)).to.equal(3);
    for (let count = 0; count < 100; count += 1) review(true);
    const sum = Array.from({ length: 32 }, () => review(true)).reduce((all, one) => all + one);
    expect(sum).to.equal(31 + 3);
    const wholes = () => {
      const before = habit.wholes;
      for (let count = 0; count < 100; count += 1) review(false);
      return habit.wholes - before;
    };
    for (let count = 0; count < 100; count += 1) wholes();
    expect(wholes()).to.equal(0);
  });

  it("refuses what is too deep, and what is no JSON, also in what it would not parse", () => {
    expect(() => parse("[[[1]]]", 2)).to.throw(TooDeep);
    for (const inner of ["01", '"\\x"', "[1,]", '{"a"}', '"\u0001"']) {
      const json = `{"1":{"2":{"3":{"4":{"5":{"6":["${PADDING}",${inner}]}}}}}}`;
      expect(() => parse(json), json).to.throw(SyntaxError);
    }
  });

  it("parses what is larger than it scans, and knows its depth", () => {
    const large = (levels: number) =>
      `${"[".repeat(levels)}"${"x".repeat(1024 * 1024)}"${"]".repeat(levels)}`;
    expect(parse(large(9)).value).to.deep.equal(JSON.parse(large(9)));
    expect(parse(large(1_000)).text()).to.equal(large(1_000));
    expect(() => parse(large(1_001))).to.throw(TooDeep);
    expect(() => parse(`${large(1)},`)).to.throw(SyntaxError);
  });

  it("does without WebAssembly", () => {
    const module = new URL("./parse-json.ts", import.meta.url).href;
    const code = `
      const { createReadingHabit, parseJson } = await import(${JSON.stringify(module)});
      const habit = createReadingHabit();
      // As --jitless does, under which Node cannot read TypeScript.
      delete globalThis.WebAssembly;
      const json = ${JSON.stringify(podText())};
      const same = JSON.stringify(parseJson(Buffer.from(json), true, 1000, habit).value) === json;
      let refused = "";
      try { parseJson(Buffer.from("[[[1]]]"), true, 2, habit) } catch ({ name }) { refused = name }
      console.log(typeof WebAssembly, same, refused);`;
    const flags = ["--no-warnings", "--input-type=module", "--eval", code];
    const said = execFileSync(process.execPath, flags, { encoding: "utf8" });
    expect(said.trim()).to.equal("undefined true TooDeep");
  });
});
