import type { Ajv, ErrorObject } from "ajv";
import { type ConfigurationIssue, pointerOf } from "./configuration-error.ts";
import { didYouMean } from "./did-you-mean.ts";

/** A configuration that fits its schema, defaults filled in, or all that is wrong with it. */
export type Validated = { value: unknown } | { issues: ConfigurationIssue[] };

/**
 * Checks `input` against a JSON Schema and fills in its defaults, on a copy: the input is not written
 * to. Every misfit is reported at once, each under `pointer`.
 *
 * @throws where `schema` itself is no valid JSON Schema.
 */
export async function validateConfig(
  schema: object,
  input: unknown,
  pointer: string,
): Promise<Validated> {
  // ajv is loaded where there is something to check: its import costs as much as Koa's.
  const defaults = input === undefined ? defaultsAlone(schema) : undefined;
  if (defaults !== undefined) return { value: defaults };
  ajv ??= import("ajv").then(
    ({ Ajv }) => new Ajv({ allErrors: true, useDefaults: true, strict: true, verbose: true }),
  );
  const compiler = await ajv;
  const validate = compiler.compile(schema);
  // Else two plugins' schemas of one `$id` would clash.
  compiler.removeSchema(schema);
  let value: unknown;
  try {
    value = structuredClone(input ?? {});
  } catch {
    const message = "must be plain data: a function or a class instance cannot be configuration";
    return { issues: [{ code: "GW_CONFIG_INVALID", pointer, message }] };
  }
  if (validate(value)) return { value };
  return { issues: explain(validate.errors ?? [], pointer) };
}

/** One for all schemas: making one compiles the meta-schema. */
let ajv: Promise<Ajv> | undefined;

/**
 * What ajv would make of no configuration, where that takes no ajv: a closed object of optional keys
 * whose defaults are plain values. Undefined where it takes one.
 */
function defaultsAlone(schema: object): Record<string, unknown> | undefined {
  const plain = ["type", "properties", "additionalProperties", "title", "description", "$schema"];
  const { properties = {} } = schema as { properties?: Record<string, Property> };
  if (Object.keys(schema).some((keyword) => !plain.includes(keyword))) return undefined;
  const config: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(properties)) {
    const { default: value, type } = property;
    if (value === undefined) continue;
    if (!isOfType(value, type)) return undefined;
    config[key] = structuredClone(value);
  }
  return config;
}

interface Property {
  default?: unknown;
  type?: unknown;
}

/** Whether a default is surely of the type; of lists, those of texts, which have no defaults inside. */
function isOfType(value: unknown, type: unknown): boolean {
  if (type === "array")
    return Array.isArray(value) && value.every((item) => typeof item === "string");
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type && type !== "object";
}

/** ajv's errors in our words: with pointer, what is allowed, and what was probably meant. */
export function explain(errors: readonly ErrorObject[], pointer: string): ConfigurationIssue[] {
  return errors
    .filter(({ keyword }) => keyword !== "if")
    .map((error) => ({
      code: "GW_CONFIG_INVALID" as const,
      pointer: pointer + error.instancePath + keyOf(error),
      message: messageOf(error),
    }));
}

/** ajv names the object where a key is too many; the key is what a user looks for. */
function keyOf({ keyword, params }: ErrorObject): string {
  return keyword === "additionalProperties" ? pointerOf(String(params["additionalProperty"])) : "";
}

function messageOf({ keyword, params, message, parentSchema, data }: ErrorObject): string {
  switch (keyword) {
    case "additionalProperties": {
      const known = Object.keys((parentSchema?.["properties"] as object | undefined) ?? {});
      const key = String(params["additionalProperty"]);
      const list = known.length === 0 ? "it takes no keys" : `known are ${known.join(", ")}`;
      return `unknown key "${key}"${didYouMean(key, known)}; ${list}`;
    }
    case "enum": {
      const allowed = params["allowedValues"] as unknown[];
      const hint = typeof data === "string" ? didYouMean(data, allowed.map(String)) : "";
      return `must be one of ${allowed.map((item) => JSON.stringify(item)).join(", ")}${hint}`;
    }
    case "required":
      return `"${String(params["missingProperty"])}" is missing`;
    case "type":
      return `must be ${String(params["type"])}, not ${typeName(data)}`;
    case "const":
      return `must be ${JSON.stringify(params["allowedValue"])}`;
    default:
      return message ?? `does not fit ("${keyword}")`;
  }
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
