import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { deepStrictEqual } from "node:assert/strict";
import { edit, edits, objects } from "../test/json-trees.ts";
import { applyPatch } from "../test/json-patch.ts";
import { changeOf } from "./change.ts";
import { openDraft } from "./draft.ts";
import { GatewrightError } from "./errors.ts";
import { patchBetween, type PatchOperation } from "./patch.ts";

const leaves = fc.oneof(
  fc.constantFrom(null, true, false, "", "x", "/", "~1", 0, 1, -1, 1.5, 1e21),
  fc.string({ unit: "grapheme", maxLength: 3 }),
);

/** What a mutator's `change` of an object comes to, sent and applied. */
function patchOf(text: string, change: (draft: object) => void): PatchOperation[] {
  const received = JSON.parse(text) as object;
  const draft = openDraft(received);
  change(draft.draft);
  const patch = patchBetween(received, changeOf(draft), () => text);
  expect(received).to.deep.equal(JSON.parse(text));
  return patch;
}

describe("patchBetween(before, { after, written }, source): PatchOperation[]", () => {
  it("makes of the original what the plugin made of its draft", () => {
    const values = fc.oneof(leaves, objects(leaves));
    fc.assert(
      fc.property(objects(leaves), edits(values), (original, script) => {
        const text = JSON.stringify(original);
        const wanted = JSON.parse(text) as object;
        edit(wanted, script);
        const patch = patchOf(text, (draft) => edit(draft, script));
        const sent = JSON.parse(JSON.stringify(patch)) as PatchOperation[];
        const stored = applyPatch(JSON.parse(text) as object, sent);
        deepStrictEqual(stored, JSON.parse(JSON.stringify(wanted)));
      }),
      { numRuns: 1_500 },
    );
  });

  it("says nothing where nothing was changed, or all was put back", () => {
    const text = '{"a":{"b":[1,2]}}';
    expect(patchOf(text, () => {})).to.deep.equal([]);
    const putBack = (draft: { a?: unknown }) => {
      const { a } = draft;
      delete draft.a;
      draft.a = a;
    };
    expect(patchOf(text, putBack)).to.deep.equal([]);
  });

  it("escapes / and ~, and takes __proto__ and the empty key as they are", () => {
    const text = '{"metadata":{"labels":{"__proto__":"a","":"b"}}}';
    const patch = patchOf(text, (draft) => {
      const { labels } = (draft as { metadata: { labels: Record<string, string> } }).metadata;
      labels["a/b~c"] = "1";
      labels["__proto__"] = "2";
      labels[""] = "3";
      labels["constructor"] = "4";
    });
    expect(patch).to.deep.include.members([
      { op: "add", path: "/metadata/labels/a~1b~0c", value: "1" },
      { op: "replace", path: "/metadata/labels/__proto__", value: "2" },
      { op: "replace", path: "/metadata/labels/", value: "3" },
      { op: "add", path: "/metadata/labels/constructor", value: "4" },
    ]);
  });
});

/** Numbers that a double cannot hold, some of which look the same; and what may stand beside them. */
const literals = fc.constantFrom(
  ...["9007199254740993", "9007199254740992", "9223372036854775807", "9223372036854775806", "1"],
);

/** A text, and the same with its numbers as `n:<literal>`, which no JavaScript rounds. */
const exactTexts = objects(
  fc.oneof(
    literals.map((literal) => `n:${literal}`),
    fc.constant("x"),
  ),
).map((tree) => {
  const exact = JSON.stringify(tree);
  return { exact, text: exact.replaceAll(/"n:(\d+)"/g, "$1") };
});

function withNumbersAsText(patch: readonly PatchOperation[]): PatchOperation[] {
  return JSON.parse(JSON.stringify(patch), (_key, value: unknown) =>
    typeof value === "number" ? `n:${BigInt(value)}` : value,
  ) as PatchOperation[];
}

describe("patchBetween(before, { after, written }, source): integers beyond 2^53", () => {
  it("stores what the plugin built, to the last digit, or faults", () => {
    let sent = 0;
    let refused = 0;
    const scripts = edits(fc.constantFrom("new", { a: "new" }, ["new", { b: "new" }]));
    fc.assert(
      fc.property(exactTexts, scripts, ({ exact, text }, script) => {
        const wanted = JSON.parse(exact) as object;
        edit(wanted, script);
        let patch: PatchOperation[];
        try {
          patch = patchOf(text, (draft) => edit(draft, script));
        } catch (error) {
          expect((error as GatewrightError).code).to.equal("GW_PATCH_INEXACT");
          refused++;
          return;
        }
        sent++;
        const stored = applyPatch(JSON.parse(exact) as object, withNumbersAsText(patch));
        deepStrictEqual(stored, JSON.parse(JSON.stringify(wanted)));
      }),
      { numRuns: 1_500 },
    );
    // Else the property would hold of nothing.
    expect(sent).to.be.above(500);
    expect(refused).to.be.above(50);
  });

  it("never refuses a change in place", () => {
    const scripts = edits(fc.constant("new"), ["set", "push", "pop", "truncate"]);
    fc.assert(
      fc.property(exactTexts, scripts, ({ exact, text }, script) => {
        const wanted = JSON.parse(exact) as object;
        edit(wanted, script);
        const patch = patchOf(text, (draft) => edit(draft, script));
        deepStrictEqual(applyPatch(JSON.parse(exact) as object, patch), wanted);
      }),
    );
  });

  interface Numbers {
    a: number;
    b: number;
    list: number[];
    items: { id: number; name: string }[];
    name: string;
  }
  // `a` and `b` round to the same double, and so do the ids.
  const text =
    '{"name":"x","a":9007199254740993,"b":9007199254740992,"big":9223372036854775807,' +
    '"list":[9223372036854775807,1,2],' +
    '"items":[{"id":4611686018427387905,"name":"y"},{"id":4611686018427387906,"name":"z"}]}';
  const passes: Record<string, [(draft: Numbers) => void, number]> = {
    "a neighbour is changed": [(draft) => (draft.name = "z"), 1],
    "a neighbour is removed": [(draft) => delete (draft as Partial<Numbers>).name, 1],
    "a neighbour in an array is changed": [(draft) => (draft.list[1] = 5), 1],
    "an array that holds one is appended to": [(draft) => draft.list.push(7), 1],
    "the end of an array is cut off": [(draft) => draft.list.pop(), 1],
    "a neighbour in each item of an array is changed": [
      (draft) => draft.items.forEach((item) => (item.name += "!")),
      2,
    ],
    "the number itself is removed": [(draft) => delete (draft as Partial<Numbers>).a, 1],
    "the number itself is replaced": [(draft) => (draft.a = 5), 1],
    "what holds it is copied into itself, and only that number looks like it": [
      (draft) => Object.assign(draft, { list: [...draft.list, 3] }),
      1,
    ],
  };
  for (const [what, [change, operations]] of Object.entries(passes)) {
    it(`comes through unharmed: ${what}`, () => {
      const patch = patchOf(text, (draft) => change(draft as Numbers));
      expect(patch).to.have.length(operations);
      expect(JSON.stringify(patch)).not.to.match(/\d{16}/);
    });
  }

  const refusals: Record<string, (draft: Numbers) => void> = {
    "an array shift moves it": (draft) => draft.list.unshift(0),
    "an array is reversed": (draft) => draft.list.reverse(),
    "it is copied elsewhere": (draft) => Object.assign(draft, { other: draft.a }),
    "it is written to its own place, which looks like another": (draft) => (draft.b = draft.a),
    "two that look the same are swapped": (draft) => {
      [draft.a, draft.b] = [draft.b, draft.a];
    },
    "two items that look the same are swapped": (draft) => draft.items.reverse(),
    "two items are swapped and changed": (draft) => {
      draft.items.reverse();
      for (const item of draft.items) item.name = "same";
    },
    "two items are swapped by copies": (draft) => {
      draft.items = [draft.items[1], draft.items[0]].map((item) => ({ ...item })) as never;
    },
  };
  for (const [what, change] of Object.entries(refusals)) {
    it(`is refused, by the number as it was written: ${what}`, () => {
      expect(() => patchOf(text, (draft) => change(draft as Numbers)))
        .to.throw(GatewrightError, /rewrite (?:9007199254740993|9223372036854775807|46116\d+)/)
        .with.property("code", "GW_PATCH_INEXACT");
    });
  }

  it("lets through what is written as Go itself reads it: as a double", () => {
    const floats = '{"list":[1e300,36893488147419103232,1]}';
    const patch = patchOf(floats, (draft) => (draft as Numbers).list.reverse());
    expect(patch).to.have.length(2);
  });

  it("refuses to move what overflowed", () => {
    const change = (draft: object) => (draft as { list: object[] }).list.reverse();
    expect(() => patchOf('{"list":[[1e999],[]]}', change)).to.throw(/1e999/);
  });
});
