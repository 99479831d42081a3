import { expect } from "chai";
import { describe, it } from "mocha";
import { misdeclaredRules, misdeclarations } from "./declaration.ts";
import { definePlugin } from "./plugin.ts";

const rule = { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] };
const hook = { rules: [rule], sideEffects: "None", handle() {} };

/** What is said of a definition, by whoever takes no care of types. */
const said = (definition: unknown): string[] =>
  misdeclarations(definePlugin(definition as never)());

const withRule = (fields: object) => ({
  name: "x",
  validate: { ...hook, rules: [{ ...rule, ...fields }] },
});

describe("misdeclarations(plugin): string[]", () => {
  it("has nothing to say of what can be run", () => {
    const deepFreeze = <T extends object>(value: T): T => {
      for (const member of Object.values(value))
        if (typeof member === "object") deepFreeze(member as object);
      return Object.freeze(value);
    };
    const whole = {
      name: "whole",
      config: { type: "object", additionalProperties: false },
      setup() {},
      ready: () => true,
      close() {},
      mutate: { ...hook, sideEffects: "NoneOnDryRun" },
      validate: { ...hook, rules: () => [rule] },
    };
    for (const definition of [
      whole,
      { name: "n", validate: hook },
      { name: "frozen", validate: deepFreeze(structuredClone({ ...hook, handle: undefined })) },
      withRule({ apiGroups: ["*"], resources: ["*/*"], operations: ["*"], scope: "Namespaced" }),
      withRule({ resources: ["pods", "pods/*", "*/scale", "widgets.x"] }),
    ]) {
      const given = {
        ...definition,
        ...(definition.name === "frozen" && { validate: Object.freeze(hook) }),
      };
      expect(said(Object.freeze(given))).to.deep.equal([]);
    }
  });

  const factory = definePlugin({ name: "x", validate: hook } as never);
  const plugin = factory();
  const COPY =
    '"x" is no plugin: a copy, frozen or not, is refused: list what the factory returns, plugin({ … })';
  const NONE = "this is no plugin: list what a definePlugin factory returns: plugin({ … })";
  const noPlugins: Record<string, [given: unknown, message: string]> = {
    "a factory that was not called": [
      factory,
      '"x" is no plugin: call it, with its configuration: plugin({ … })',
    ],
    "a module": [
      { default: factory },
      "this is no plugin: import its default export, and call it: plugin({ … })",
    ],
    "a definition": [
      { name: "x", validate: hook },
      '"x" is no plugin: pass the object to definePlugin({ … }), and list what it returns, called: plugin()',
    ],
    "a copy of a plugin": [{ ...plugin }, COPY],
    "a frozen copy of a plugin": [Object.freeze({ ...plugin, config: { other: 1 } }), COPY],
    "what inherits from a plugin": [Object.create(plugin), COPY],
    "a clone of a plugin": [{ name: "x", config: undefined, definition: { name: "x" } }, COPY],
    nothing: [undefined, NONE],
    null: [null, NONE],
    "a name": ["x", NONE],
    "an empty object": [{}, NONE],
  };
  for (const [what, [given, message]] of Object.entries(noPlugins)) {
    it(`says of ${what} what to list instead`, () => {
      expect(misdeclarations(given)).to.deep.equal([message]);
    });
  }

  const NAME = 'name must be a DNS label of at most 63 characters, such as "no-host-network"';
  const noHook = 'plugin "x": validate must be { rules, sideEffects, handle }';
  const noRules =
    'plugin "x": validate.rules is missing or empty: [{ apiGroups: [""], apiVersions: ["v1"], ' +
    'resources: ["pods"], operations: ["CREATE", "UPDATE"] }]';
  const noDelete =
    'plugin "x": mutate.rules[0].operations: a DELETE cannot be mutated, its object is null and ' +
    'kube-apiserver refuses a patch: write operations: ["CREATE", "UPDATE"], or judge it in validate';
  const sideEffects =
    'plugin "x": validate.sideEffects must be "None", or "NoneOnDryRun" where handle leaves dry runs alone';
  const list = (key: string) =>
    `plugin "x": validate.rules[0].${key} must be a list of strings, with one at least`;
  const golden: Record<string, [definition: unknown, messages: string[]]> = {
    "no definition": [
      null,
      [
        "a plugin: definePlugin takes an object: definePlugin({ name, validate: { rules, sideEffects, handle } })",
      ],
    ],
    undefined: [
      undefined,
      [
        "a plugin: definePlugin takes an object: definePlugin({ name, validate: { rules, sideEffects, handle } })",
      ],
    ],
    "no name": [{ validate: hook }, [`a plugin: ${NAME}`]],
    "a number as name": [{ name: 1, validate: hook }, [`a plugin: ${NAME}`]],
    "a name in capitals": [{ name: "NoHost", validate: hook }, [`plugin "NoHost": ${NAME}`]],
    "a name with dots": [{ name: "a.b", validate: hook }, [`plugin "a.b": ${NAME}`]],
    "a long name": [
      { name: "x".repeat(64), validate: hook },
      [`plugin "${"x".repeat(64)}": ${NAME}`],
    ],
    "an unknown key": [
      { name: "x", validat: hook, validate: hook },
      [
        'plugin "x": unknown key validat (did you mean "validate"?); known are name, config, reads, writes, policyRules, setup, ' +
          "ready, close, mutate, validate, reconcile",
      ],
    ],
    "setup that is no function": [
      { name: "x", setup: true, close: {}, validate: hook },
      ['plugin "x": setup must be a function', 'plugin "x": close must be a function'],
    ],
    "no hook": [
      { name: "x" },
      [
        'plugin "x": has none of mutate, validate and reconcile: add validate: { rules, sideEffects, handle }',
      ],
    ],
    "a schema of something else": [
      { name: "x", config: { type: "string" }, validate: hook },
      [
        'plugin "x": config must be a JSON Schema of an object: { type: "object", properties: { … } }',
      ],
    ],
    "a null schema": [
      { name: "x", config: null, validate: hook },
      [
        'plugin "x": config must be a JSON Schema of an object: { type: "object", properties: { … } }',
      ],
    ],
    "an open schema": [
      { name: "x", config: { type: "object" }, validate: hook },
      [
        'plugin "x": config must say additionalProperties: false, so that a misspelt key is an error',
      ],
    ],
    "a function as hook": [{ name: "x", validate: () => {} }, [noHook]],
    "a null hook": [{ name: "x", validate: null }, [noHook]],
    "an unknown key of a hook": [
      { name: "x", validate: { ...hook, rule: [] } },
      [
        'plugin "x": unknown key validate.rule (did you mean "rules"?); known are rules, sideEffects, handle',
      ],
    ],
    "no handler": [
      { name: "x", validate: { ...hook, handle: undefined } },
      ['plugin "x": validate.handle must be a function'],
    ],
    "no side effects": [
      { name: "x", validate: { ...hook, sideEffects: undefined } },
      [sideEffects],
    ],
    "side effects that v1 does not take": [
      { name: "x", validate: { ...hook, sideEffects: "Some" } },
      [sideEffects],
    ],
    "no rules": [{ name: "x", validate: { ...hook, rules: undefined } }, [noRules]],
    "empty rules": [{ name: "x", validate: { ...hook, rules: [] } }, [noRules]],
    "one rule, not in a list": [{ name: "x", validate: { ...hook, rules: rule } }, [noRules]],
    "a null rule": [
      { name: "x", validate: { ...hook, rules: [null] } },
      ['plugin "x": validate.rules[0] must be { apiGroups, apiVersions, resources, operations }'],
    ],
    "an unknown key of a rule": [
      withRule({ operation: ["CREATE"] }),
      [
        'plugin "x": unknown key validate.rules[0].operation (did you mean "operations"?); known are ' +
          "apiGroups, apiVersions, resources, operations, scope",
      ],
    ],
    "no groups": [withRule({ apiGroups: undefined }), [list("apiGroups")]],
    "an empty list": [withRule({ apiVersions: [] }), [list("apiVersions")]],
    "a text for a list": [withRule({ resources: "pods" }), [list("resources")]],
    "a number in a list": [withRule({ operations: ["CREATE", 1] }), [list("operations")]],
    "a star beside others": [
      withRule({ apiGroups: ["", "*"] }),
      ['plugin "x": validate.rules[0].apiGroups: "*" must stand alone'],
    ],
    "a kind for a resource": [
      withRule({ resources: ["Pod"] }),
      [
        'plugin "x": validate.rules[0].resources: "Pod" is no resource; they are plural and lower case: "pods"',
      ],
    ],
    "an operation in small letters": [
      withRule({ operations: ["create"] }),
      [
        'plugin "x": validate.rules[0].operations: "create" is none of CREATE, UPDATE, DELETE, CONNECT, ' +
          '"*" (did you mean "CREATE"?)',
      ],
    ],
    "an operation that there is not": [
      withRule({ operations: ["PATCH"] }),
      [
        'plugin "x": validate.rules[0].operations: "PATCH" is none of CREATE, UPDATE, DELETE, CONNECT, "*"',
      ],
    ],
    "another scope": [
      withRule({ scope: "namespaced" }),
      ['plugin "x": validate.rules[0].scope must be "Namespaced", "Cluster" or "*"'],
    ],
    "a mutator on DELETE": [
      { name: "x", mutate: { ...hook, rules: [{ ...rule, operations: ["CREATE", "DELETE"] }] } },
      [noDelete],
    ],
    "a mutator on everything": [
      { name: "x", mutate: { ...hook, rules: [{ ...rule, operations: ["*"] }] } },
      [noDelete],
    ],
  };
  for (const [what, [definition, messages]] of Object.entries(golden)) {
    it(`says what to write instead of ${what}`, () => {
      expect(said(definition)).to.deep.equal(messages);
    });
  }

  it("says everything at once", () => {
    expect(said({ name: "X", extra: 1, validate: { rules: [] } })).to.have.length(5);
  });
});

describe("misdeclaredRules(phase, rules): string[]", () => {
  it("says the same of rules that were computed", () => {
    expect(misdeclaredRules("validate", [rule])).to.deep.equal([]);
    expect(misdeclaredRules("mutate", [{ ...rule, operations: ["DELETE"] }])).to.have.length(1);
    for (const rules of [undefined, null, [], {}, Promise.resolve([rule])]) {
      expect(misdeclaredRules("validate", rules)[0]).to.match(
        /^validate\.rules is missing or empty/,
      );
    }
  });
});
