import { didYouMean } from "./did-you-mean.ts";
import { checkReconcile } from "./declared-reconcile.ts";
import type { AnyPluginDefinition } from "./plugin.ts";
import { isPlugin } from "./plugin.ts";

const DEFINITION_KEYS = [
  ...["name", "config", "reads", "writes", "policyRules"],
  ...["setup", "ready", "close", "mutate", "validate", "reconcile"],
];
const HOOK_KEYS = ["rules", "sideEffects", "handle"];
const RULE_KEYS = ["apiGroups", "apiVersions", "resources", "operations", "scope"];
const OPERATIONS = ["CREATE", "UPDATE", "DELETE", "CONNECT"];
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * What is wrong with a plugin's declaration, each with what to write instead; empty where it can be
 * run. `plugin` is whatever the user listed: not even that it is a plugin is taken for granted.
 */
export function misdeclarations(plugin: unknown): string[] {
  if (!isPlugin(plugin)) return [`${nameOf(plugin)}is no plugin: ${adviceFor(plugin)}`];
  const { definition } = plugin;
  const whose = nameOf(definition) === "this " ? "a plugin" : `plugin ${nameOf(definition).trim()}`;
  return [...checkDefinition(definition)].map((message) => `${whose}: ${message}`);
}

/** What is wrong with the rules that a hook came to, once its configuration is known. */
export function misdeclaredRules(phase: "mutate" | "validate", rules: unknown): string[] {
  return [...checkRules(phase, rules)];
}

function nameOf(plugin: unknown): string {
  const named =
    typeof plugin === "function" ? (plugin as { definition?: unknown }).definition : plugin;
  const name = (named as { name?: unknown } | null | undefined)?.name;
  return typeof name === "string" && name !== "" ? `"${name}" ` : "this ";
}

function adviceFor(plugin: unknown): string {
  if (typeof plugin === "function") return "call it, with its configuration: plugin({ … })";
  if (typeof plugin === "object" && plugin !== null) {
    if ("default" in plugin) return "import its default export, and call it: plugin({ … })";
    if ("validate" in plugin || "mutate" in plugin || "reconcile" in plugin) {
      return "pass the object to definePlugin({ … }), and list what it returns, called: plugin()";
    }
    if ("definition" in plugin) {
      return "a copy, frozen or not, is refused: list what the factory returns, plugin({ … })";
    }
  }
  return "list what a definePlugin factory returns: plugin({ … })";
}

function* checkDefinition(definition: AnyPluginDefinition | null | undefined): Generator<string> {
  if (typeof definition !== "object" || definition === null) {
    yield "definePlugin takes an object: definePlugin({ name, validate: { rules, sideEffects, handle } })";
    return;
  }
  if (typeof definition.name !== "string" || !NAME.test(definition.name)) {
    yield 'name must be a DNS label of at most 63 characters, such as "no-host-network"';
  }
  yield* unknownKeys(definition, DEFINITION_KEYS, "");
  for (const key of ["setup", "ready", "close"] as const) {
    const value: unknown = definition[key];
    if (value !== undefined && typeof value !== "function") yield `${key} must be a function`;
  }
  const { mutate, validate, reconcile } = definition;
  if (mutate === undefined && validate === undefined && reconcile === undefined) {
    yield "has none of mutate, validate and reconcile: add validate: { rules, sideEffects, handle }";
  }
  if (definition.config !== undefined) yield* checkSchema(definition.config);
  for (const phase of ["mutate", "validate"] as const) {
    if (definition[phase] !== undefined) yield* checkHook(phase, definition[phase]);
  }
  if (reconcile !== undefined) yield* checkReconcile(reconcile);
}

function* checkSchema(schema: unknown): Generator<string> {
  const { type, additionalProperties } = (schema ?? {}) as Record<string, unknown>;
  if (type !== "object") {
    yield 'config must be a JSON Schema of an object: { type: "object", properties: { … } }';
  } else if (additionalProperties === undefined) {
    yield "config must say additionalProperties: false, so that a misspelt key is an error";
  }
}

function* checkHook(phase: "mutate" | "validate", hook: unknown): Generator<string> {
  if (typeof hook !== "object" || hook === null) {
    yield `${phase} must be { rules, sideEffects, handle }`;
    return;
  }
  yield* unknownKeys(hook, HOOK_KEYS, `${phase}.`);
  const { rules, sideEffects, handle } = hook as Record<string, unknown>;
  if (typeof handle !== "function") yield `${phase}.handle must be a function`;
  if (sideEffects !== "None" && sideEffects !== "NoneOnDryRun") {
    yield `${phase}.sideEffects must be "None", or "NoneOnDryRun" where handle leaves dry runs alone`;
  }
  if (typeof rules !== "function") yield* checkRules(phase, rules);
}

function* checkRules(phase: string, rules: unknown): Generator<string> {
  if (!Array.isArray(rules) || rules.length === 0) {
    yield `${phase}.rules is missing or empty: [{ apiGroups: [""], apiVersions: ["v1"], ` +
      'resources: ["pods"], operations: ["CREATE", "UPDATE"] }]';
    return;
  }
  for (const [index, rule] of rules.entries())
    yield* checkRule(phase, rule, `${phase}.rules[${index}]`);
}

function* checkRule(phase: string, rule: unknown, at: string): Generator<string> {
  if (typeof rule !== "object" || rule === null) {
    yield `${at} must be { apiGroups, apiVersions, resources, operations }`;
    return;
  }
  yield* unknownKeys(rule, RULE_KEYS, `${at}.`);
  const fields = rule as Record<string, unknown>;
  for (const key of ["apiGroups", "apiVersions", "resources", "operations"]) {
    const value = fields[key];
    if (
      !Array.isArray(value) ||
      value.length === 0 ||
      value.some((item) => typeof item !== "string")
    ) {
      yield `${at}.${key} must be a list of strings, with one at least`;
      continue;
    }
    if (key === "apiGroups") yield* checkGroups(value, at);
    if (value.length > 1 && value.includes("*")) yield `${at}.${key}: "*" must stand alone`;
    if (key === "resources") yield* checkResources(value, at);
    if (key === "operations") yield* checkOperations(phase, value, at);
  }
  const { scope } = fields;
  if (scope !== undefined && scope !== "*" && scope !== "Cluster" && scope !== "Namespaced") {
    yield `${at}.scope must be "Namespaced", "Cluster" or "*"`;
  }
}

/** `apiVersion: v1` has no group; written as one it would match nothing, without a word. */
function* checkGroups(groups: string[], at: string): Generator<string> {
  for (const group of groups) {
    if (group === "core") yield `${at}.apiGroups: "core" is written as "", the empty string`;
    if (/^v\d/.test(group) || group.includes("/")) {
      yield `${at}.apiGroups: "${group}" is a version: a group is "apps", or "" for pods and what else has apiVersion v1`;
    }
  }
}

function* checkResources(resources: string[], at: string): Generator<string> {
  for (const resource of resources) {
    if (/^(?:\*|[a-z0-9.-]+)(?:\/(?:\*|[a-z0-9.-]+))?$/.test(resource)) continue;
    const plural = `${resource.toLowerCase().replace(/s$/, "")}s`;
    yield `${at}.resources: "${resource}" is no resource; they are plural and lower case: "${plural}"`;
  }
}

function* checkOperations(phase: string, operations: string[], at: string): Generator<string> {
  for (const operation of operations) {
    if (operation === "*" || OPERATIONS.includes(operation)) continue;
    const hint = didYouMean(operation.toUpperCase(), OPERATIONS);
    yield `${at}.operations: "${operation}" is none of ${OPERATIONS.join(", ")}, "*"${hint}`;
  }
  if (phase === "mutate" && (operations.includes("DELETE") || operations.includes("*"))) {
    yield `${at}.operations: a DELETE cannot be mutated, its object is null and kube-apiserver ` +
      'refuses a patch: write operations: ["CREATE", "UPDATE"], or judge it in validate';
  }
}

function* unknownKeys(value: object, known: readonly string[], prefix: string): Generator<string> {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    yield `unknown key ${prefix}${key}${didYouMean(key, known)}; known are ${known.join(", ")}`;
  }
}
