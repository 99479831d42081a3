import { isDeepStrictEqual } from "node:util";
import { type AdmissionObject, definePlugin } from "@gatewright/core";
import { type ApiResponse, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import fc from "fast-check";
import { before, describe, it } from "mocha";
import { type Edit, edit, objects, scripts, values } from "./edits.ts";
import { type ExactJson, parseExactly, stringifyExactly } from "./exact-json.ts";
import { useTestBed } from "./test-bed.ts";

const count = 300;
const batch = 20;
const seed = 20_261_122;

/** An object to send, and what a plugin does to it. */
interface Case {
  name: string;
  sent: { [key: string]: ExactJson };
  script: Edit[];
}

// Scripts put in no bigint, since a plugin has none: it moves and keeps those that it receives.
const small = fc.oneof(
  fc.constantFrom(null, true, false, "", "é", "/", "line\nbreak", "\u0000"),
  fc.string({ unit: "grapheme", maxLength: 10 }),
  fc.integer(),
  fc.maxSafeInteger(),
  // 0.1 and its like come back as they are; -0 is 0 to JSON.stringify.
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }).map((x) => x + 0),
);
const int64 = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .filter((n) => !Number.isSafeInteger(Number(n)));

function cases(leaves: fc.Arbitrary<unknown>, prefix: string): Case[] {
  const one = fc.tuple(objects(leaves), scripts(values(small)));
  return fc.sample(one, { seed, numRuns: count }).map(([sent, script], index) => ({
    name: `${prefix}-${index}`,
    sent: sent as Case["sent"],
    script,
  }));
}

describe("what kube-apiserver stores equals what the plugin built", () => {
  const bed = useTestBed();
  const scriptOf = new Map<string, Edit[]>();
  const path = () => `/apis/e2e.gatewright.dev/v1/namespaces/${bed.namespace}/trees`;

  const edits = definePlugin({
    name: "edits",
    mutate: {
      rules: [
        {
          apiGroups: ["e2e.gatewright.dev"],
          apiVersions: ["v1"],
          resources: ["trees"],
          operations: ["CREATE"],
        },
      ],
      sideEffects: "None",
      handle({ object }) {
        const { metadata, spec } = object as unknown as AdmissionObject & { spec: object };
        edit(spec, scriptOf.get(metadata?.name ?? "") ?? []);
      },
    },
  });

  before("define a kind that takes any JSON", async () => {
    await bed.plane.request("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
      body: treeDefinition,
    });
    await waitUntil(async () => (await bed.plane.request(path())).status === 200, {
      what: "the API server to serve trees",
    });
    await bed.serve([edits()]);
  });

  /** Creates all of them, in batches; gives the answers, and what is stored, by name. */
  async function create(all: readonly Case[]) {
    const answers = new Map<string, ApiResponse>();
    for (let from = 0; from < all.length; from += batch) {
      const created = all.slice(from, from + batch).map(async ({ name, sent, script }) => {
        scriptOf.set(name, script);
        const body = stringifyExactly({
          apiVersion: "e2e.gatewright.dev/v1",
          kind: "Tree",
          metadata: { name },
          spec: sent,
        });
        answers.set(name, await bed.plane.request(path(), { body }));
      });
      await Promise.all(created);
    }
    const list = parseExactly((await bed.plane.request(path())).text) as unknown as {
      items: { metadata: { name: string }; spec: ExactJson }[];
    };
    return {
      answers,
      stored: new Map(list.items.map(({ metadata, spec }) => [metadata.name, spec])),
    };
  }

  it(`${count} trees, edited by scripts`, async () => {
    const all = cases(small, "tree");
    const { answers, stored } = await create(all);
    for (const one of all) {
      const built = structuredClone(one.sent);
      edit(built, one.script);
      expect(answers.get(one.name)?.status, told(one, answers)).to.equal(201);
      expect(stored.get(one.name), told(one, answers)).to.deep.equal(built);
    }
    const changed = all.filter(({ name, sent }) => !isDeepStrictEqual(stored.get(name), sent));
    expect(changed.length, "scripts that change something").to.be.above(count / 2);
  });

  it(`${count} trees with int64s beyond 2^53: exact, or a fault, and never rounded`, async () => {
    const all = cases(fc.oneof(small, int64), "exact");
    const { answers, stored } = await create(all);
    let faults = 0;
    for (const one of all) {
      const built = structuredClone(one.sent);
      edit(built, one.script);
      const answer = answers.get(one.name);
      if (answer?.status === 500) {
        // The patch would have had to write a number that JavaScript has rounded: one that is not where it was.
        expect(answer.text, told(one, answers)).to.include("GW_PATCH_INEXACT");
        const were = new Set(bigintsOf(one.sent));
        const moved = bigintsOf(built).filter((placed) => !were.has(placed));
        expect(moved, told(one, answers)).to.not.deep.equal([]);
        expect(stored.has(one.name), told(one, answers)).to.equal(false);
        faults++;
        continue;
      }
      expect(answer?.status, told(one, answers)).to.equal(201);
      expect(stored.get(one.name), told(one, answers)).to.deep.equal(built);
    }
    const exact = all.filter(
      ({ name, sent }) =>
        bigintsOf(stored.get(name)).length > 0 && !isDeepStrictEqual(stored.get(name), sent),
    );
    console.log(
      "EXACT",
      exact.length,
      faults,
      all.filter((c) => /\d{16}/.test(stringifyExactly(c.sent))).length,
    );
    expect(exact.length, "changed neighbours of an int64").to.be.above(count / 5);
    expect(faults, "reviews that fault").to.be.within(1, count / 4);
  });
});

function told({ name, sent, script }: Case, answers: Map<string, ApiResponse>): string {
  const { status, text } = answers.get(name) ?? {};
  return [
    `seed ${seed}, ${name}: ${status} ${text}`,
    `sent ${stringifyExactly(sent)}`,
    `script ${JSON.stringify(script)}\n`,
  ].join("\n");
}

/** Every bigint, with where it stands. */
function bigintsOf(value: unknown, at = ""): string[] {
  if (typeof value === "bigint") return [`${at} ${value}`];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    bigintsOf(member, `${at} ${JSON.stringify(key)}`),
  );
}

const treeDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "trees.e2e.gatewright.dev" },
  spec: {
    group: "e2e.gatewright.dev",
    scope: "Namespaced",
    names: { plural: "trees", singular: "tree", kind: "Tree", listKind: "TreeList" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            },
          },
        },
      },
    ],
  },
};
