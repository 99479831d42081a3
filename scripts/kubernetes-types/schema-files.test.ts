import { expect } from "chai";
import { describe, it } from "mocha";
import type { Schema } from "./openapi.ts";
import { schemaFiles } from "./schema-files.ts";

const core = "io.k8s.api.core.v1.";
const meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
const ref = (name: string) => ({ allOf: [{ $ref: `#/components/schemas/${name}` }] });

/** The body of a type's declaration, as `schemaFiles` writes it. */
function fieldsOf(schema: Schema, more: Record<string, Schema> = {}): string[] {
  const schemas = new Map(Object.entries({ [`${core}Thing`]: schema, ...more }));
  const text = schemaFiles(schemas, [`${core}Thing`]).get("core/v1") ?? "";
  const body = /export interface Thing \{\n(.*?)\}\n/s.exec(text)?.[1] ?? "";
  return body.split("\n").flatMap((line) => (line === "" ? [] : [line.trim()]));
}

describe("schemaFiles(schemas, roots)", () => {
  it("writes JSON's types", () => {
    const properties: Record<string, Schema> = {
      flag: { type: "boolean" },
      big: { type: "integer" },
      list: { type: "array", items: { type: "string" } },
      map: { type: "object", additionalProperties: { type: "string" } },
      word: { type: "string", enum: ["A", "B"] },
      words: { type: "array", items: { type: "string", enum: ["A", "B"] } },
      raw: ref("io.k8s.apimachinery.pkg.runtime.RawExtension"),
      "x-odd": { type: "number" },
    };
    expect(fieldsOf({ type: "object", properties })).to.deep.equal([
      "flag?: boolean;",
      "big?: number;",
      "list?: string[];",
      "map?: Record<string, string>;",
      'word?: "A" | "B";',
      'words?: ("A" | "B")[];',
      "raw?: unknown;",
      '"x-odd"?: number;',
    ]);
  });

  it("gives a kind its literal apiVersion and kind, first, and what is always sent", () => {
    const kind = {
      "x-kubernetes-group-version-kind": [{ group: "apps", version: "v1", kind: "Thing" }],
      properties: {
        apiVersion: { type: "string" },
        data: { type: "string" },
        kind: { type: "string" },
        metadata: { ...ref(`${meta}ObjectMeta`), default: {} },
        spec: ref(`${core}Spec`),
        status: { ...ref(`${core}Spec`), default: {} },
      },
    } satisfies Schema;
    const more = { [`${meta}ObjectMeta`]: {}, [`${core}Spec`]: {} };
    expect(fieldsOf(kind, more)).to.deep.equal([
      'apiVersion: "apps/v1";',
      'kind: "Thing";',
      "metadata: ObjectMeta;",
      "data?: string;",
      "spec?: Spec;",
      "status?: Spec;",
    ]);
  });

  it("says null where Go writes null", () => {
    const schema = {
      required: ["list", "pointer", "struct", "text", "port"],
      properties: {
        list: { type: "array", items: { type: "string" } },
        pointer: ref(`${core}Other`),
        struct: { ...ref(`${core}Other`), default: {} },
        text: { type: "string", default: "" },
        port: ref("io.k8s.apimachinery.pkg.util.intstr.IntOrString"),
        creationTimestamp: ref(`${meta}Time`),
        deletionTimestamp: ref(`${meta}Time`),
      },
    } satisfies Schema;
    const more = {
      [`${core}Other`]: {},
      "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {},
    };
    expect(fieldsOf(schema, more)).to.deep.equal([
      "list: string[] | null;",
      "pointer: Other | null;",
      "struct: Other;",
      "text: string;",
      "port: IntOrString;",
      "creationTimestamp?: string | null;",
      "deletionTimestamp?: string;",
    ]);
  });

  it("writes what is reached, each in its group's and version's file, with imports", () => {
    const schemas = new Map<string, Schema>([
      [`${core}Pod`, { properties: { metadata: ref(`${meta}ObjectMeta`) } }],
      [`${meta}ObjectMeta`, { properties: { name: { type: "string" } } }],
      [`${core}Unused`, {}],
    ]);
    const files = schemaFiles(schemas, [`${core}Pod`]);
    expect([...files.keys()]).to.have.members(["core/v1", "meta/v1"]);
    expect(files.get("core/v1")).to.contain('import type { ObjectMeta } from "../meta/v1.ts";');
    expect(files.get("core/v1")).not.to.contain("Unused");
    expect(files.get("meta/v1")).to.contain("export interface ObjectMeta {\n  name?: string;\n}");
  });

  it("refuses a reference that leads nowhere", () => {
    const schemas = new Map([[`${core}Pod`, { properties: { spec: ref(`${core}PodSpec`) } }]]);
    expect(() => schemaFiles(schemas, [`${core}Pod`])).to.throw("PodSpec is not in the OpenAPI");
  });
});
