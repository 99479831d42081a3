import type { ErrorObject } from "ajv";
import { explain } from "../config-schema.ts";
import { type ConfigurationIssue, pointerOf } from "../configuration-error.ts";
import { configFileSchema } from "./schema.ts";

/**
 * Everything in which `value` differs from the file's schema. Defaults are not filled in: the server
 * does that, for options from a file and for options from code alike.
 */
export async function checkSchema(value: unknown): Promise<ConfigurationIssue[]> {
  const { Ajv } = await import("ajv");
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strict: true,
    // Which keys need each other is said apart from what they are.
    strictRequired: false,
    // The schema is ours, and a test holds it to draft-07; for one use, code need not be optimized.
    // Together they would be half of the time that this takes, at every start.
    validateSchema: false,
    code: { optimize: false },
  });
  ajv.addVocabulary(["errorMessage"]);
  const validate = ajv.compile(configFileSchema);
  if (validate(value)) return [];
  return (validate.errors ?? []).flatMap(issuesOf);
}

function issuesOf(error: ErrorObject): ConfigurationIssue[] {
  const { keyword, params, instancePath, propertyName, parentSchema, data } = error;
  // It only says that the error of the name's own schema, which is listed too, was one.
  if (keyword === "propertyNames") return [];
  if (keyword === "dependencies") {
    const property = String(params["property"]);
    const message = `needs "${String(params["missingProperty"])}" beside it`;
    return [invalid(instancePath + pointerOf(property), message)];
  }
  const message: unknown = parentSchema?.["errorMessage"];
  if (typeof message === "string" && keyword !== "additionalProperties" && keyword !== "required") {
    const at = propertyName === undefined ? "" : pointerOf(propertyName);
    return [invalid(instancePath + at, message)];
  }
  if (keyword === "type" && data === null) {
    return [invalid(instancePath, `has no value; it must be ${String(params["type"])}`)];
  }
  return explain([error], "");
}

function invalid(pointer: string, message: string): ConfigurationIssue {
  return { code: "GW_CONFIG_INVALID", pointer, message };
}
