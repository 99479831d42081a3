import { createFence } from "./cluster/fence.ts";
import { checkRegistrationPolicy, REGISTRATION_KEYS } from "./check-registration-policy.ts";
import { didYouMean } from "./did-you-mean.ts";
import { misdeclaredRules, misdeclarations } from "./declaration.ts";
import { ConfigurationError, type ConfigurationIssue, pointerOf } from "./configuration-error.ts";
import { validateConfig } from "./config-schema.ts";
import { declaredAccess } from "./declared-access.ts";
import { declaredPolicyRules } from "./declared-policy-rules.ts";
import { loadReconcile, reconciledTwice } from "./declared-reconcile.ts";
import { deepFreeze } from "./deep-freeze.ts";
import type { Enforcement, LoadedHook, LoadedPlugin } from "./loaded-plugin.ts";
import type { Logger } from "./log.ts";
import type { AnyHook, Plugin } from "./plugin.ts";
import type { RegistrationPolicy } from "./registration-policy.ts";
import type { Rule } from "./rule-types.ts";

/** What becomes of a request that could not be judged. */
export type FailurePolicy = "Fail" | "Ignore";

/** A plugin under an operator's policy. */
export interface PluginEntry {
  plugin: Plugin;
  /**
   * What its denials and changes come to. In `warn` and `audit` every request is a dry run to it, and it does
   * not reconcile.
   * @default "enforce"
   */
  enforcement?: Enforcement;
  /**
   * How long it may take for one review, in seconds; fractions are fine.
   * @default the review's own deadline
   */
  timeoutSeconds?: number;
}

/** What one webhook of the server does, and how it is registered. */
export interface WebhookOptions extends RegistrationPolicy {
  /** In the order in which they mutate, and in which their denials are listed. */
  plugins: readonly (Plugin | PluginEntry)[];
  /**
   * For the registration: what the API server does where no verdict came.
   * @default "Fail"
   */
  failurePolicy?: FailurePolicy;
  /**
   * For the registration: how long the API server waits, in whole seconds from 1 to 30.
   * @default 10
   */
  timeoutSeconds?: number;
}

/** A webhook whose plugins are checked and configured. */
export interface LoadedWebhook {
  readonly name: string;
  readonly failurePolicy: FailurePolicy;
  readonly timeoutSeconds: number;
  /** How it is to be registered. */
  readonly registration: RegistrationPolicy;
  readonly plugins: readonly LoadedPlugin[];
}

// admissionregistration.k8s.io/v1 wants three segments (pkg/apis/admissionregistration/validation).
const WEBHOOK_NAME =
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){2,}$/;

/**
 * Checks every webhook and every plugin in it, and fills in the configurations' defaults.
 *
 * @throws ConfigurationError with all that is wrong, before any plugin's code has run but `rules`.
 */
export async function loadWebhooks(
  webhooks: Readonly<Record<string, WebhookOptions>>,
  log: Logger,
): Promise<LoadedWebhook[]> {
  const issues: ConfigurationIssue[] = [];
  const loaded: LoadedWebhook[] = [];
  // Not all callers are held to the types.
  const given = Object.entries((webhooks as typeof webhooks | undefined | null) ?? {});
  if (given.length === 0) {
    issues.push(
      issue("/webhooks", 'no webhook is configured: { "pods.example.com": { plugins: [ … ] } }'),
    );
  }
  for (const [name, options] of given) {
    const at = pointerOf("webhooks", name);
    const wrong = checkWebhook(name, options, at);
    issues.push(...wrong);
    if (wrong.some(({ pointer }) => pointer === `${at}/plugins`)) continue;
    const plugins: LoadedPlugin[] = [];
    const names = new Set<string>();
    for (const [index, listed] of options.plugins.entries()) {
      const entry = isEntry(listed) ? listed : { plugin: listed };
      const result = await loadPlugin(
        entry,
        name,
        `${at}/plugins/${index}`,
        log.child({ webhook: name }),
      );
      if (Array.isArray(result)) issues.push(...result);
      else if (names.has(result.name)) {
        issues.push(issue(`${at}/plugins/${index}`, `plugin "${result.name}" is listed twice`));
      } else {
        names.add(result.name);
        plugins.push(result);
      }
    }
    const { failurePolicy = "Fail", timeoutSeconds = 10, plugins: _listed, ...rest } = options;
    loaded.push({ name, failurePolicy, timeoutSeconds, registration: rest, plugins });
  }
  issues.push(...reconciledTwice(loaded));
  if (issues.length > 0) throw new ConfigurationError(issues);
  return loaded;
}

function checkWebhook(name: string, options: WebhookOptions, at: string): ConfigurationIssue[] {
  const issues: ConfigurationIssue[] = [];
  if (!WEBHOOK_NAME.test(name)) {
    issues.push(
      issue(at, "a webhook's name is a domain name of three parts at least: pods.example.com"),
    );
  }
  const { plugins, failurePolicy, timeoutSeconds } = (options as typeof options | null) ?? {};
  if (!Array.isArray(plugins) || plugins.length === 0) {
    issues.push(issue(`${at}/plugins`, "lists no plugin"));
  }
  const known = ["plugins", "failurePolicy", "timeoutSeconds", ...REGISTRATION_KEYS];
  issues.push(...unknownKeys(options, known, at));
  issues.push(...checkRegistrationPolicy(options ?? {}, at));
  if (failurePolicy !== undefined && failurePolicy !== "Fail" && failurePolicy !== "Ignore") {
    issues.push(issue(`${at}/failurePolicy`, 'must be "Fail" or "Ignore"'));
  }
  if (
    timeoutSeconds !== undefined &&
    !(Number.isInteger(timeoutSeconds) && timeoutSeconds >= 1 && timeoutSeconds <= 30)
  ) {
    issues.push(issue(`${at}/timeoutSeconds`, "must be whole seconds from 1 to 30"));
  }
  return issues;
}

function unknownKeys(value: object, known: string[], at: string): ConfigurationIssue[] {
  return Object.keys(value ?? {})
    .filter((key) => !known.includes(key))
    .map((key) => {
      const hint = didYouMean(key, known);
      return issue(
        at + pointerOf(key),
        `unknown key "${key}"${hint}; known are ${known.join(", ")}`,
      );
    });
}

function isEntry(listed: Plugin | PluginEntry): listed is PluginEntry {
  return typeof listed === "object" && listed !== null && "plugin" in listed;
}

async function loadPlugin(
  entry: PluginEntry,
  webhook: string,
  at: string,
  log: Logger,
): Promise<LoadedPlugin | ConfigurationIssue[]> {
  const { plugin, enforcement = "enforce", timeoutSeconds } = entry;
  const wrong = misdeclarations(plugin).map((message) => misdeclared(at, message));
  if (wrong.length > 0) return wrong;
  const issues = unknownKeys(entry, ["plugin", "enforcement", "timeoutSeconds"], at);
  if (!["enforce", "warn", "audit"].includes(enforcement)) {
    issues.push(issue(`${at}/enforcement`, 'must be "enforce", "warn" or "audit"'));
  }
  if (timeoutSeconds !== undefined && !(typeof timeoutSeconds === "number" && timeoutSeconds > 0)) {
    issues.push(issue(`${at}/timeoutSeconds`, "must be seconds above 0"));
  }
  const { definition } = plugin;
  const config = await loadConfig(plugin, at);
  if ("issues" in config) return [...issues, ...config.issues];
  const hooks: { mutate?: LoadedHook; validate?: LoadedHook } = {};
  for (const phase of ["mutate", "validate"] as const) {
    const hook = definition[phase];
    if (hook === undefined) continue;
    let rules: readonly Rule[];
    try {
      rules = rulesOf(hook, config.value);
    } catch (error) {
      const text = `plugin "${plugin.name}": ${phase}.rules threw: ${String(error)}`;
      issues.push(misdeclared(at, text));
      continue;
    }
    const wrongRules = misdeclaredRules(phase, rules);
    issues.push(...wrongRules.map((text) => misdeclared(at, `plugin "${plugin.name}": ${text}`)));
    // Called as a method, so that a handler written with `this` finds its hook.
    // A copy: what the plugin does to its list afterwards is not what was registered.
    const own = wrongRules.length === 0 ? deepFreeze(structuredClone(rules)) : [];
    hooks[phase] = { rules: own, sideEffects: hook.sideEffects, handle: hook.handle.bind(hook) };
  }
  const access = declaredAccess(definition, config.value);
  if (Array.isArray(access)) {
    issues.push(...access.map((text) => misdeclared(at, `plugin "${plugin.name}": ${text}`)));
  }
  const beside = declaredPolicyRules(definition, config.value);
  if (Array.isArray(beside)) {
    issues.push(...beside.map((text) => misdeclared(at, `plugin "${plugin.name}": ${text}`)));
  }
  if (issues.length > 0 || Array.isArray(access) || Array.isArray(beside)) return issues;
  return {
    name: plugin.name,
    webhook,
    definition,
    config: config.value,
    enforcement,
    timeoutMs: timeoutSeconds === undefined ? Number.POSITIVE_INFINITY : timeoutSeconds * 1000,
    mutate: hooks.mutate,
    validate: hooks.validate,
    reconcile: definition.reconcile === undefined ? undefined : loadReconcile(definition.reconcile),
    access,
    policyRules: beside.rules,
    openCluster: createFence(plugin.name, access, undefined),
    state: undefined,
    log: log.child({ plugin: plugin.name }),
  };
}

function rulesOf(hook: AnyHook, config: unknown): readonly Rule[] {
  return typeof hook.rules === "function" ? hook.rules(config) : hook.rules;
}

async function loadConfig(
  { name, config, definition }: Plugin,
  at: string,
): Promise<{ value: unknown } | { issues: ConfigurationIssue[] }> {
  const pointer = `${at}/config`;
  if (definition.config === undefined) {
    if (config === undefined) return { value: undefined };
    return { issues: [issue(pointer, `plugin "${name}" takes no configuration`)] };
  }
  try {
    const result = await validateConfig(definition.config, config, pointer);
    return "value" in result ? { value: deepFreeze(result.value) } : result;
  } catch (error) {
    const message = `plugin "${name}": config is no valid JSON Schema: ${(error as Error).message}`;
    return { issues: [misdeclared(at, message)] };
  }
}

function issue(pointer: string, message: string): ConfigurationIssue {
  return { code: "GW_CONFIG_INVALID", pointer, message };
}

function misdeclared(pointer: string, message: string): ConfigurationIssue {
  return { code: "GW_PLUGIN_MISDECLARED", pointer, message };
}
