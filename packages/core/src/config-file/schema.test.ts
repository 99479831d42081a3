import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { DEFAULT_MAX_REQUEST_BYTES } from "../body.ts";
import { DEFAULT_MAX_BYTES_IN_FLIGHT } from "../intake.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { type LogLevel, silentLogger } from "../log.ts";
import { definePlugin } from "../plugin.ts";
import type { DevelopmentTlsOptions, ServerOptions, TlsOptions } from "../server-options.ts";
import { loadWebhooks, type PluginEntry, type WebhookOptions } from "../webhook.ts";
import { type ConfigFile, configFileSchema } from "./schema.ts";

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Fits<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** What is made of plain data, in a file alone. */
type Made = "webhooks" | "tls" | "log" | "cluster" | "registration";
type Plain = Omit<ServerOptions, "aroundReview" | Made>;
type Selectors = "namespaceSelector" | "objectSelector";
type Webhook = ConfigFile["webhooks"][string];
type Entry = Webhook["plugins"][number];
type Files = Omit<NonNullable<ConfigFile["tls"]>, "secret" | "certManager">;
type KeysOf<T> = T extends unknown ? keyof T : never;

/** Does not compile where `createServer` and its file no longer take the same options. */
const inStep: [
  Same<keyof ConfigFile, Exclude<keyof ServerOptions, "aroundReview"> | "deployment">,
  Fits<Omit<ConfigFile, Made | "deployment">, Plain>,
  Same<keyof NonNullable<ConfigFile["metrics"]>, keyof NonNullable<ServerOptions["metrics"]>>,
  Same<keyof NonNullable<ConfigFile["shutdown"]>, keyof NonNullable<ServerOptions["shutdown"]>>,
  Same<NonNullable<ConfigFile["log"]>, LogLevel>,
  Same<KeysOf<Files>, KeysOf<TlsOptions | DevelopmentTlsOptions>>,
  Fits<Files, Partial<TlsOptions & DevelopmentTlsOptions>>,
  Same<keyof Webhook, keyof WebhookOptions>,
  Fits<Omit<Webhook, "plugins" | Selectors>, Omit<WebhookOptions, "plugins" | Selectors>>,
  Same<keyof Entry, keyof PluginEntry | "config">,
  Fits<Omit<Entry, "plugin" | "config">, Omit<PluginEntry, "plugin">>,
] = [true, true, true, true, true, true, true, true, true, true, true];

interface Property {
  pointer: string;
  key: string;
  required: boolean;
  schema: { description?: string; default?: string | number | string[] };
}

/** Every key that a file can have, but for names that users choose. */
function* propertiesOf(schema: object, pointer = ""): Generator<Property> {
  const {
    properties = {},
    required = [],
    items,
    additionalProperties,
  } = schema as {
    properties?: Record<string, object>;
    required?: string[];
    items?: object;
    additionalProperties?: object | boolean;
  };
  for (const [key, value] of Object.entries(properties)) {
    const at = `${pointer}/${key}`;
    yield { pointer: at, key, required: required.includes(key), schema: value };
    yield* propertiesOf(value, at);
  }
  if (items !== undefined) yield* propertiesOf(items, `${pointer}/*`);
  if (typeof additionalProperties === "object")
    yield* propertiesOf(additionalProperties, `${pointer}/*`);
}

describe("configFileSchema", () => {
  const properties = [...propertiesOf(configFileSchema)];

  it("takes what createServer takes", () => {
    expect(inStep).to.not.include(false);
    expect(properties.map(({ pointer }) => pointer)).to.include.members([
      "/port",
      "/tls/certFile",
      "/webhooks/*/plugins/*/config",
    ]);
  });

  it("is a JSON Schema of draft-07", () => {
    const ajv = new Ajv({ strict: true, strictRequired: false });
    ajv.addVocabulary(["errorMessage"]);
    expect(ajv.validateSchema(configFileSchema), ajv.errorsText()).to.equal(true);
    expect(configFileSchema.properties.maxRequestBytes.default).to.equal(DEFAULT_MAX_REQUEST_BYTES);
    expect(configFileSchema.properties.maxBytesInFlight.default).to.equal(
      DEFAULT_MAX_BYTES_IN_FLIGHT,
    );
  });

  it("describes every key, and says what holds where it is left out", () => {
    for (const { pointer, required, schema } of properties) {
      expect(schema.description, pointer).to.match(/^[A-Zr].*\.$/);
      if (required || schema.default !== undefined) continue;
      expect(schema.description, pointer).to.match(/ Default: .+\.$/);
    }
  });

  it("is in step with gatewright.schema.json, which is published for editors", async () => {
    const file = new URL("../../gatewright.schema.json", import.meta.url);
    const published: unknown = JSON.parse(await readFile(file, "utf8"));
    const advice = "run: node scripts/write-config-schema.ts";
    expect(published, advice).to.deep.equal(JSON.parse(JSON.stringify(configFileSchema)));
  });

  it("is in step with docs/configuration.md, which names each key and default", async () => {
    const file = new URL("../../../../docs/configuration.md", import.meta.url);
    const rows = (await readFile(file, "utf8"))
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    for (const { pointer, key, schema } of properties) {
      const name = pointer
        .slice(1)
        .replace("webhooks/*/plugins/*/", "")
        .replace("webhooks/*/", "")
        .replaceAll("/", ".");
      const found = rows.filter((row) => row.startsWith(`| \`${name}\` |`));
      expect(found, `${pointer} as \`${name}\``).to.have.length(
        // Of a webhook, and of a plugin in it.
        key === "timeoutSeconds" ? 2 : 1,
      );
      const shown = found.join("\n");
      for (const part of [schema.default ?? []].flat()) {
        expect(shown).to.include(`\`${String(part)}\``);
      }
    }
  });

  it("takes the webhook names that loadWebhooks takes", async () => {
    const plugin = definePlugin({
      name: "any",
      validate: {
        rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["*"] }],
        sideEffects: "None",
        handle() {},
      },
    })();
    const pattern = new RegExp(configFileSchema.properties.webhooks.propertyNames.pattern);
    const name = fc.oneof(
      fc.domain(),
      fc
        .array(fc.constantFrom("a", "b-c", "-", ".", "A", "1", "_"), { maxLength: 9 })
        .map((parts) => parts.join("")),
    );
    await fc.assert(
      fc.asyncProperty(name, async (webhook) => {
        const loading = loadWebhooks({ [webhook]: { plugins: [plugin] } }, silentLogger);
        const taken = await loading.then(
          () => true,
          (error: unknown) => !(error instanceof ConfigurationError),
        );
        expect(pattern.test(webhook), webhook).to.equal(taken);
      }),
      { numRuns: 500 },
    );
  });
});
