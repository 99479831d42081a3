import { expect } from "chai";
import { describe, it } from "mocha";
import { definePlugin, isPlugin } from "./plugin.ts";

const definition = {
  name: "no-host-network",
  config: {
    type: "object",
    additionalProperties: false,
    properties: { level: { type: "integer", default: 1 } },
  },
  validate: {
    rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
    sideEffects: "None",
    handle() {},
  },
} as const;

describe("definePlugin(definition): PluginFactory", () => {
  it("gives a factory, which gives plugins with their configuration", () => {
    const factory = definePlugin(definition);
    expect(factory.definition).to.equal(definition);
    const plugin = factory({ level: 2 });
    expect(plugin).to.include({ name: "no-host-network", definition });
    expect(plugin.config).to.deep.equal({ level: 2 });
    expect(factory().config).to.equal(undefined);
    expect(Object.isFrozen(plugin)).to.equal(true);
  });

  it("checks nothing, runs nothing, and writes to nothing that it is given", () => {
    const broken = new Proxy(
      {},
      {
        set: () => expect.fail("was written to"),
        defineProperty: () => expect.fail("was written to"),
      },
    );
    expect(isPlugin(definePlugin(broken as never)())).to.equal(true);
    expect(isPlugin(definePlugin(Object.freeze({ ...definition }))())).to.equal(true);
    expect(isPlugin(definePlugin(null as never)())).to.equal(true);
  });
});

describe("isPlugin(value): value is Plugin", () => {
  const plugin = definePlugin(definition)();
  it("is true of what a factory gave", () => expect(isPlugin(plugin)).to.equal(true));

  it("is true of what another copy of core gave", async () => {
    const url = new URL("./plugin.ts?another-copy", import.meta.url);
    const other = (await import(url.href)) as { definePlugin: typeof definePlugin };
    expect(other.definePlugin).not.to.equal(definePlugin);
    expect(isPlugin(other.definePlugin(definition)())).to.equal(true);
  });

  const others = {
    "a copy": { ...plugin },
    "a frozen copy": Object.freeze({ ...plugin }),
    "a copy with its symbols": Object.defineProperties(
      {},
      Object.getOwnPropertyDescriptors(plugin),
    ),
    "an heir": Object.create(plugin) as unknown,
    "the factory": definePlugin(definition),
    "the definition": definition,
    null: null,
    "a text": "no-host-network",
  };
  for (const [what, value] of Object.entries(others)) {
    it(`is false of ${what}`, () => expect(isPlugin(value)).to.equal(false));
  }
});
