import { expect } from "chai";
import { describe, it } from "mocha";
import { recordingLogger } from "../test/lines.ts";
import { plugin } from "../test/reviews.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { silentLogger } from "./log.ts";
import { definePlugin } from "./plugin.ts";
import { loadWebhooks } from "./webhook.ts";

const NAME = "pods.example.com";
const one = plugin("one", { validate() {} });
const rules = [
  { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] },
];
const schema = {
  type: "object",
  additionalProperties: false,
  properties: { level: { type: "integer", default: 3 }, names: { type: "array", default: [] } },
};
const hook = { rules, sideEffects: "None", handle() {} };
const configurable = definePlugin({
  name: "configurable",
  config: schema,
  validate: hook,
} as never) as (config?: unknown) => typeof one;

const withRules = (made: () => unknown) =>
  definePlugin({ name: "x", validate: { ...hook, rules: made } } as never)();

/** What is wrong, as `pointer: message`, whatever types say. */
async function wrong(webhooks: unknown): Promise<string[]> {
  try {
    await loadWebhooks(webhooks as never, silentLogger);
    return [];
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError);
    return (error as ConfigurationError).issues.map(
      ({ pointer, message }) => `${pointer}: ${message}`,
    );
  }
}

describe("loadWebhooks(webhooks, log): Promise<LoadedWebhook[]>", () => {
  it("fills in the policy's defaults", async () => {
    const [webhook] = await loadWebhooks({ [NAME]: { plugins: [one] } }, silentLogger);
    expect(webhook).to.deep.include({ name: NAME, failurePolicy: "Fail", timeoutSeconds: 10 });
    expect(webhook?.plugins[0]).to.include({
      name: "one",
      webhook: NAME,
      enforcement: "enforce",
      timeoutMs: Infinity,
      config: undefined,
    });
  });

  it("takes the operator's", async () => {
    const entry = {
      plugin: configurable({ level: 5 }),
      enforcement: "warn",
      timeoutSeconds: 0.5,
    } as const;
    const policy = { failurePolicy: "Ignore", timeoutSeconds: 30 } as const;
    const [webhook] = await loadWebhooks(
      { [NAME]: { ...policy, plugins: [entry, one] } },
      silentLogger,
    );
    expect(webhook).to.deep.include(policy);
    expect(webhook?.plugins.map(({ name }) => name)).to.deep.equal(["configurable", "one"]);
    expect(webhook?.plugins[0]).to.deep.include({
      enforcement: "warn",
      timeoutMs: 500,
      config: { level: 5, names: [] },
    });
  });

  it("freezes the configuration, however deep, and not what was given", async () => {
    const given = { names: ["a"] };
    const [webhook] = await loadWebhooks(
      { [NAME]: { plugins: [configurable(given)] } },
      silentLogger,
    );
    const config = webhook?.plugins[0]?.config as { level: number; names: string[] };
    expect(() => (config.level = 1)).to.throw(TypeError);
    expect(() => config.names.push("b")).to.throw(TypeError);
    given.names.push("b");
    expect(config.names).to.deep.equal(["a"]);
  });

  it("asks for rules with the configuration, and calls the handler as a method", async () => {
    const seen: unknown[] = [];
    const own = {
      sideEffects: "None",
      rules: (config: unknown) => {
        seen.push(config);
        return rules;
      },
      handle(this: unknown) {
        seen.push(this);
      },
    };
    const made = definePlugin({ name: "own", config: schema, validate: own } as never);
    const [webhook] = await loadWebhooks({ [NAME]: { plugins: [made()] } }, silentLogger);
    const loaded = webhook?.plugins[0];
    expect(loaded?.validate?.rules).to.deep.equal(rules);
    expect(loaded?.validate?.rules).to.be.frozen.and.not.equal(rules);
    void loaded?.validate?.handle(undefined, undefined as never);
    expect(seen).to.deep.equal([{ level: 3, names: [] }, own]);
  });

  it("gives each plugin a log that names it and its webhook", async () => {
    const log = recordingLogger();
    const [webhook] = await loadWebhooks({ [NAME]: { plugins: [one] } }, log);
    webhook?.plugins[0]?.log.info("hello");
    expect(log.lines).to.deep.equal([
      { webhook: NAME, plugin: "one", message: "hello", level: "info" },
    ]);
  });

  const at = `/webhooks/${NAME}`;
  const name = "a webhook's name is a domain name of three parts at least: pods.example.com";
  const none = '/webhooks: no webhook is configured: { "pods.example.com": { plugins: [ … ] } }';
  const cases: Record<string, [webhooks: unknown, messages: string[]]> = {
    "no webhooks": [undefined, [none]],
    null: [null, [none]],
    "a name of two parts": [
      { "example.com": { plugins: [one] } },
      [`/webhooks/example.com: ${name}`],
    ],
    "a name with a slash": [{ "a/b.c.d": { plugins: [one] } }, [`/webhooks/a~1b.c.d: ${name}`]],
    "no options": [{ [NAME]: null }, [`${at}/plugins: lists no plugin`]],
    "no plugins": [{ [NAME]: {} }, [`${at}/plugins: lists no plugin`]],
    "an empty list": [{ [NAME]: { plugins: [] } }, [`${at}/plugins: lists no plugin`]],
    "a plugin for a list": [{ [NAME]: { plugins: one } }, [`${at}/plugins: lists no plugin`]],
    "another failurePolicy": [
      { [NAME]: { plugins: [one], failurePolicy: "fail" } },
      [`${at}/failurePolicy: must be "Fail" or "Ignore"`],
    ],
    "31 seconds": [
      { [NAME]: { plugins: [one], timeoutSeconds: 31 } },
      [`${at}/timeoutSeconds: must be whole seconds from 1 to 30`],
    ],
    "an unknown key": [
      { [NAME]: { plugins: [one], failurePolcy: "Fail" } },
      [
        `${at}/failurePolcy: unknown key "failurePolcy" (did you mean "failurePolicy"?); known are ` +
          "plugins, failurePolicy, timeoutSeconds, namespaceSelector, objectSelector, matchPolicy, matchConditions, reinvocationPolicy, include",
      ],
    ],
    "an unknown key of an entry": [
      { [NAME]: { plugins: [{ plugin: one, enforce: "warn" }] } },
      [
        `${at}/plugins/0/enforce: unknown key "enforce"; known are plugin, enforcement, timeoutSeconds`,
      ],
    ],
    "another enforcement": [
      { [NAME]: { plugins: [{ plugin: one, enforcement: "dryrun" }] } },
      [`${at}/plugins/0/enforcement: must be "enforce", "warn" or "audit"`],
    ],
    "no time at all": [
      { [NAME]: { plugins: [{ plugin: one, timeoutSeconds: 0 }] } },
      [`${at}/plugins/0/timeoutSeconds: must be seconds above 0`],
    ],
    "a text for a time": [
      { [NAME]: { plugins: [{ plugin: one, timeoutSeconds: "5" }] } },
      [`${at}/plugins/0/timeoutSeconds: must be seconds above 0`],
    ],
    "a plugin twice": [
      { [NAME]: { plugins: [one, { plugin: plugin("one", { mutate() {} }) }] } },
      [`${at}/plugins/1: plugin "one" is listed twice`],
    ],
    "a copy of a plugin": [
      { [NAME]: { plugins: [Object.freeze({ ...one })] } },
      [
        `${at}/plugins/0: "one" is no plugin: a copy, frozen or not, is refused: list what the factory ` +
          "returns, plugin({ … })",
      ],
    ],
    "configuration for a plugin that takes none": [
      {
        [NAME]: {
          plugins: [
            (definePlugin({ name: "one", validate: hook } as never) as typeof configurable)({}),
          ],
        },
      },
      [`${at}/plugins/0/config: plugin "one" takes no configuration`],
    ],
    "configuration that does not fit": [
      { [NAME]: { plugins: [configurable({ level: "high" })] } },
      [`${at}/plugins/0/config/level: must be integer, not string`],
    ],
    "a schema that is none": [
      {
        [NAME]: {
          plugins: [
            definePlugin({
              name: "x",
              config: { ...schema, required: 1 },
              validate: hook,
            } as never)(),
          ],
        },
      },
      [
        `${at}/plugins/0: plugin "x": config is no valid JSON Schema: schema is invalid: data/required must be array`,
      ],
    ],
    "rules that throw": [
      {
        [NAME]: {
          plugins: [
            withRules(() => {
              throw new Error("no rules");
            }),
          ],
        },
      },
      [`${at}/plugins/0: plugin "x": validate.rules threw: Error: no rules`],
    ],
    "rules that come to nothing": [
      {
        [NAME]: {
          plugins: [withRules(() => [])],
        },
      },
      [
        `${at}/plugins/0: plugin "x": validate.rules is missing or empty: [{ apiGroups: [""], ` +
          'apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE", "UPDATE"] }]',
      ],
    ],
  };
  for (const [what, [webhooks, messages]] of Object.entries(cases)) {
    it(`refuses ${what}`, async () => expect(await wrong(webhooks)).to.deep.equal(messages));
  }

  it("says everything at once, and runs nothing", async () => {
    const untouched = plugin("untouched", {
      validate() {},
      setup: () => expect.fail("was set up"),
    });
    const webhooks = {
      bad: { plugins: [undefined, {}, untouched] },
      [NAME]: { plugins: [configurable({ level: "x", extra: 1 }), untouched], failurePolicy: 1 },
    };
    expect(await wrong(webhooks)).to.have.length(6);
  });
});
