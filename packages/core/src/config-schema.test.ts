import { expect } from "chai";
import { describe, it } from "mocha";
import { validateConfig } from "./config-schema.ts";
import type { ConfigurationIssue } from "./configuration-error.ts";

const schema = {
  type: "object",
  additionalProperties: false,
  required: ["mode"],
  properties: {
    mode: { type: "string", enum: ["strict", "lenient"] },
    uid: { type: "integer", minimum: 1, default: 1234 },
    names: { type: "array", items: { type: "string" }, default: ["kube-system"] },
    nested: {
      type: "object",
      additionalProperties: false,
      properties: { on: { type: "boolean", default: true } },
    },
  },
};

async function issuesOf(input: unknown, of: object = schema): Promise<ConfigurationIssue[]> {
  const result = await validateConfig(of, input, "/at");
  return "issues" in result ? result.issues : [];
}

describe("validateConfig(schema, input, pointer): Promise<Validated>", () => {
  it("fills in defaults, on a copy", async () => {
    const input = { mode: "strict", nested: {} };
    expect(await validateConfig(schema, input, "")).to.deep.equal({
      value: { mode: "strict", uid: 1234, names: ["kube-system"], nested: { on: true } },
    });
    expect(input).to.deep.equal({ mode: "strict", nested: {} });
  });

  it("gives each its own defaults", async () => {
    const optional = { type: "object", properties: { names: schema.properties.names } };
    for (const input of [undefined, {}]) {
      const one = (await validateConfig(optional, input, "")) as { value: { names: string[] } };
      one.value.names.push("changed");
      expect(await validateConfig(optional, input, "")).to.deep.equal({
        value: { names: ["kube-system"] },
      });
    }
  });

  const misfits: Record<string, [input: unknown, pointer: string, message: string]> = {
    "a key too many": [
      { mode: "strict", uidd: 1 },
      "/at/uidd",
      'unknown key "uidd" (did you mean "uid"?); known are mode, uid, names, nested',
    ],
    "a key too many, far from any": [
      { mode: "strict", "a/b": 1 },
      "/at/a~1b",
      'unknown key "a/b"; known are mode, uid, names, nested',
    ],
    "a key too many inside": [
      { mode: "strict", nested: { off: 1 } },
      "/at/nested/off",
      'unknown key "off"; known are on',
    ],
    "another word": [
      { mode: "strikt" },
      "/at/mode",
      'must be one of "strict", "lenient" (did you mean "strict"?)',
    ],
    "another type": [{ mode: "strict", uid: "1" }, "/at/uid", "must be integer, not string"],
    "a null": [{ mode: "strict", uid: null }, "/at/uid", "must be integer, not null"],
    "a list": [{ mode: "strict", uid: [] }, "/at/uid", "must be integer, not array"],
    "a number too small": [{ mode: "strict", uid: 0 }, "/at/uid", "must be >= 1"],
    "a wrong item": [
      { mode: "strict", names: ["a", 1] },
      "/at/names/1",
      "must be string, not number",
    ],
    nothing: [undefined, "/at", '"mode" is missing'],
    "a text": ["strict", "/at", "must be object, not string"],
    "a function": [
      { mode: () => "strict" },
      "/at",
      "must be plain data: a function or a class instance cannot be configuration",
    ],
  };
  for (const [what, [input, pointer, message]] of Object.entries(misfits)) {
    it(`reports ${what}`, async () => {
      expect(await issuesOf(input)).to.deep.equal([
        { code: "GW_CONFIG_INVALID", pointer, message },
      ]);
    });
  }

  it("reports everything at once", async () => {
    const issues = await issuesOf({ uid: "1", extra: 1, names: [2] });
    expect(issues.map(({ pointer }) => pointer)).to.have.members([
      ...["/at", "/at/uid", "/at/extra", "/at/names/0"],
    ]);
  });

  it("says so where no key is known", async () => {
    const empty = { type: "object", additionalProperties: false };
    expect((await issuesOf({ a: 1 }, empty))[0]?.message).to.equal(
      'unknown key "a"; it takes no keys',
    );
  });

  it("throws where the schema is none", async () => {
    for (const broken of [
      { type: "objekt" },
      { type: "object", properties: { a: { typ: "string" } } },
      { type: "object", required: "a" },
    ]) {
      const thrown = await validateConfig(broken, {}, "").then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(thrown).to.be.instanceOf(Error);
    }
  });

  it("does not let a default through that is not what the schema wants", async () => {
    for (const property of [
      { type: "integer", default: "many" },
      { type: "array", items: { type: "string" }, default: [1] },
      { type: "boolean", default: "yes" },
    ]) {
      const broken = { type: "object", additionalProperties: false, properties: { a: property } };
      expect(await issuesOf(undefined, broken)).to.have.length(1);
    }
  });

  it("takes the same schema, and the same $id, however often", async () => {
    for (const uid of [1, 2]) {
      const made = {
        $id: "https://example.com/x",
        type: "object",
        properties: { a: { const: uid } },
      };
      expect(await validateConfig(made, { a: uid }, "")).to.deep.equal({ value: { a: uid } });
      expect(await validateConfig(made, { a: uid }, "")).to.deep.equal({ value: { a: uid } });
    }
  });
});
