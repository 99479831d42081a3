import { definePlugin } from "@gatewright/core";
import type { ApiResponse } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import fc from "fast-check";
import { before, describe, it } from "mocha";
import { useTestBed } from "./test-bed.ts";

const count = 300;
const batch = 20;
const seed = 20_261_122;

// Kubernetes allows no `~` in any key of a typed object; the trees of patch.test.ts have them.
const keysOf = {
  data: fc.constantFrom("a", "a.b", ".c", "-", "0", "constructor", "__proto__", "A_1"),
  annotations: fc.constantFrom("a", "example.com/a", "example.com/0", "b.c/d_E.f", "constructor"),
  labels: fc.constantFrom("a", "example.com/a", "app.kubernetes.io/name", "toString"),
};
type Field = keyof typeof keysOf;
const fields = ["data", "annotations", "labels"] as const;
const text = fc.oneof(
  fc.constantFrom("", "/", "~1", "é ✓ 🙂", "\u0000", "a\nb", "<&>"),
  fc.string(),
);
const valuesOf = { data: text, annotations: text, labels: fc.constantFrom("", "a", "A_1.b-c") };

type Strings = Record<string, string>;
type Maps = { [field in Field]: Strings | undefined };
type Edit = { field: Field; kind: string; key: string; value: string };

const strings = (field: Field) =>
  fc.option(
    // Null prototypes would make what is sent differ from what is parsed.
    fc.dictionary(keysOf[field], valuesOf[field], { maxKeys: 5, noNullPrototype: true }),
    { nil: undefined },
  );
const maps = fc.record({
  data: strings("data"),
  annotations: strings("annotations"),
  labels: strings("labels"),
});
const kind = fc.constantFrom("set", "set", "delete", "drop", "empty", "spread");
const script = fc.array(
  fc.oneof(
    ...fields.map((field) =>
      fc.record({ field: fc.constant(field), kind, key: keysOf[field], value: valuesOf[field] }),
    ),
  ),
  { maxLength: 8 },
);

/** The maps of a ConfigMap, wherever they stand in it. */
interface ConfigMap {
  metadata: { name?: string; annotations?: Strings | null; labels?: Strings | null };
  data?: Strings | null;
}

/** Makes the edits in place, to a draft or to a plain object. */
function edit(configMap: ConfigMap, edits: readonly Edit[]): void {
  for (const { field, kind, key, value } of edits) {
    const holder = (field === "data" ? configMap : configMap.metadata) as Partial<Maps>;
    const map = holder[field];
    if (kind === "drop") delete holder[field];
    else if (kind === "empty") holder[field] = {};
    else if (kind === "spread") holder[field] = { ...map, ...own(key, value) };
    else if (kind === "set" && map) Object.defineProperty(map, key, { ...enumerable, value });
    else if (kind === "set") holder[field] = own(key, value);
    else if (map) delete map[key];
  }
}

const enumerable = { configurable: true, enumerable: true, writable: true };

/** An object with one member, `__proto__` like any other. */
function own(key: string, value: string): Strings {
  return Object.fromEntries([[key, value]]);
}

function configMap(name: string, { data, annotations, labels }: Maps): ConfigMap {
  return {
    metadata: { name, ...(annotations && { annotations }), ...(labels && { labels }) },
    ...(data && { data }),
  };
}

/** What a typed object comes back as: Go leaves an empty map out (`omitempty`). */
function stored({ data, metadata: { annotations, labels } }: ConfigMap): Partial<Maps> {
  const maps = Object.entries({ data, annotations, labels });
  return Object.fromEntries(maps.filter(([, map]) => map && Object.keys(map).length > 0));
}

describe("what kube-apiserver stores of a ConfigMap equals what the plugin built", () => {
  const bed = useTestBed();
  const scriptOf = new Map<string, Edit[]>();
  before("serve the edits", () =>
    bed.serve([
      definePlugin({
        name: "edits",
        mutate: {
          rules: [
            {
              apiGroups: [""],
              apiVersions: ["v1"],
              resources: ["configmaps"],
              operations: ["CREATE"],
            },
          ],
          sideEffects: "None",
          handle({ object }) {
            edit(object as ConfigMap, scriptOf.get(object.metadata.name ?? "") ?? []);
          },
        },
      })(),
    ]),
  );

  it(`${count} ConfigMaps, edited by scripts`, async () => {
    const path = `/api/v1/namespaces/${bed.namespace}/configmaps`;
    const all = fc
      .sample(fc.tuple(maps, script), { seed, numRuns: count })
      .map(([sent, edits], index) => ({ sent: configMap(`map-${index}`, sent), edits }));
    const answers = new Map<string, ApiResponse>();
    for (let from = 0; from < count; from += batch) {
      const created = all.slice(from, from + batch).map(async ({ sent, edits }) => {
        const { name = "" } = sent.metadata;
        scriptOf.set(name, edits);
        answers.set(name, await bed.plane.request(path, { body: sent }));
      });
      await Promise.all(created);
    }
    const list = (await bed.plane.request(path)).body.items as ConfigMap[];
    const byName = new Map(list.map((one) => [one.metadata.name, one]));
    for (const { sent, edits } of all) {
      const built = structuredClone(sent);
      edit(built, edits);
      const { status, text } = answers.get(sent.metadata.name ?? "") ?? {};
      const told = `seed ${seed}: ${status} ${text}\nsent ${JSON.stringify(sent)}\nscript ${JSON.stringify(edits)}\n`;
      expect(status, told).to.equal(201);
      const found = byName.get(sent.metadata.name);
      expect(found && stored(found), told).to.deep.equal(stored(built));
    }
  });
});
