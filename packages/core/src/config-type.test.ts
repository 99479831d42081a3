import { expect } from "chai";
import { describe, it } from "mocha";
import type { ConfigInput, ConfigOf } from "./config-type.ts";
import { definePlugin } from "./plugin.ts";

/** Compiles only where both are the same type. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_is: Same<A, B>): void => {};

const schema = {
  type: "object",
  additionalProperties: false,
  required: ["mode", "uid"],
  properties: {
    mode: { enum: ["strict", "lenient"] },
    uid: { type: "integer", default: 1234 },
    names: { type: "array", items: { type: "string" }, default: [] },
    limit: { type: ["number", "null"] },
    exact: { const: "yes" },
    either: { anyOf: [{ type: "string" }, { type: "boolean" }] },
    anything: {},
    labels: { type: "object", additionalProperties: { type: "string" } },
    nested: {
      type: "object",
      additionalProperties: false,
      required: ["on"],
      properties: { on: { type: "boolean" }, off: { type: "boolean", default: false } },
    },
  },
} as const;

interface Rest {
  readonly limit?: number | null;
  readonly exact?: "yes";
  readonly either?: string | boolean;
  readonly anything?: unknown;
  readonly labels?: { readonly [key: string]: string };
}

/** Each member for itself: an intersection is not the same type as an object, though it has the same. */
type Members<T> = { [K in keyof T]: T[K] };

const hook = {
  rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
  sideEffects: "None",
  handle() {},
} as const;

describe("ConfigOf<S>, ConfigInput<S>", () => {
  it("is what a plugin reads: whatever has a default is there", () => {
    same<
      Members<ConfigOf<typeof schema>>,
      Members<
        {
          readonly mode: "strict" | "lenient";
          readonly uid: number;
          readonly names: readonly string[];
        } & Rest & { readonly nested?: { readonly on: boolean; readonly off: boolean } }
      >
    >(true);
    same<ConfigOf<undefined>, undefined>(true);
    same<ConfigOf<typeof schema>, { readonly mode: string }>(false);
  });

  it("is what a user of the plugin writes: whatever has a default may be left out", () => {
    same<
      Members<ConfigInput<typeof schema>>,
      Members<
        { readonly mode: "strict" | "lenient" } & Rest & {
            readonly uid?: number;
            readonly names?: readonly string[];
            readonly nested?: { readonly on: boolean; readonly off?: boolean };
          }
      >
    >(true);
  });

  it("gives handlers and factories their types", () => {
    const wanting = definePlugin({
      name: "wanting",
      config: schema,
      setup: ({ config }) => ({ names: new Set(config.names) }),
      validate: {
        ...hook,
        handle(_request, { config, state }) {
          same<typeof config.mode, "strict" | "lenient">(true);
          same<typeof state, { names: Set<string> }>(true);
        },
      },
    });
    expect(wanting({ mode: "strict" }).config).to.deep.equal({ mode: "strict" });
    // @ts-expect-error something is required
    wanting();
    // @ts-expect-error no such mode
    wanting({ mode: "loose" });
    // @ts-expect-error no such key
    wanting({ mode: "strict", names: [], extra: 1 });

    const optional = definePlugin({
      name: "optional",
      config: {
        type: "object",
        additionalProperties: false,
        properties: { level: { type: "integer", default: 1 } },
      },
      validate: hook,
    });
    expect(optional().config).to.equal(undefined);
    expect(optional({ level: 2 }).config).to.deep.equal({ level: 2 });

    const without = definePlugin({ name: "without", validate: hook });
    expect(without().config).to.equal(undefined);
    // @ts-expect-error it takes none
    without({});
  });
});
