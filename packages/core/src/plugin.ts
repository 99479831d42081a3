import type { Cluster, ResourceKey, WriteVerb } from "./cluster.ts";
import type { ConfigInput, ConfigOf, ConfigSchema } from "./config-type.ts";
import type { Logger } from "./log.ts";
import type { PluginMetrics } from "./plugin-metrics.ts";
import type { PolicyRule } from "./policy-rule.ts";
import type { AnyReconcileHook, ReconcileHook } from "./reconcile-hook.ts";
import type { MutateRequest, Rule, ValidateRequest } from "./rule-types.ts";

/** What a denial may say beside its message. */
export interface DenialDetails {
  /** Where in the object, as kubectl would print it: `spec.containers[0].securityContext`. */
  field?: string;
  /**
   * A machine-readable word: `status.reason`, and `reason` of the denial's cause.
   * @default "Forbidden"
   */
  reason?: string;
  /**
   * The HTTP status that the user gets, 400 to 599. `kubectl drain` retries on 429 only.
   * @default 403
   */
  code?: number;
  /** With 429 or 5xx: when to try again, in whole seconds (`status.details.retryAfterSeconds`). */
  retryAfterSeconds?: number;
}

/**
 * What a plugin can do in a review. The verbs accumulate: they do not throw to leave the handler, so
 * a forgotten `return` loses nothing. Once the plugin's review has ended they throw `GW_LATE_VERB`.
 */
export interface ReviewContext<Config = unknown, State = unknown> {
  /** The validated configuration, deeply frozen. */
  readonly config: Config;
  /** What `setup` returned. */
  readonly state: State;
  /** The cluster, as far as the plugin's `reads` and `writes` go. */
  readonly cluster: Cluster;
  /** Lines of this plugin; the review's uid and the plugin's name are added. */
  readonly log: Logger;
  /** Aborts at this plugin's deadline, with the API server's patience at its end or before it. */
  readonly signal: AbortSignal;
  /**
   * When `signal` aborts, in milliseconds since the epoch (`Date.now()`'s clock): for calls that take a
   * deadline and no signal.
   */
  readonly deadline: number;
  /** Refuses the request. May be called several times: every denial is reported, in order. */
  readonly deny: (message: string, details?: DenialDetails) => void;
  /** Shows the user a warning, whatever the verdict. Newlines make several warnings. */
  readonly warn: (message: string) => void;
  /**
   * Adds an annotation to the audit event, under the webhook's name.
   * `key`: at most 63 of `[A-Za-z0-9_.-]`, else it throws `GW_BAD_VERB`.
   */
  readonly audit: (key: string, value: string) => void;
}

/** What `setup` gets. */
export interface SetupContext<Config = unknown> {
  readonly config: Config;
  readonly log: Logger;
  /** The plugin's own counters and gauges on the server's `/metrics`. */
  readonly metrics: PluginMetrics;
}

/**
 * `None`: the handler changes nothing outside the object. `NoneOnDryRun`: it does, but not where
 * `request.dryRun` is true. `admissionregistration.k8s.io/v1` takes no other value.
 */
export type SideEffects = "None" | "NoneOnDryRun";

/** Sees the object first, and changes it in place; each mutator sees the one before. */
export interface MutateHook<Rules extends readonly Rule[], Config, State> {
  /** Which requests. Literals select the types of `object` and `oldObject`. */
  rules: Rules | ((config: Config) => Rules);
  sideEffects: SideEffects;
  /** `request.object` is a draft: change it, return nothing. A throw is a fault, and undoes it. */
  handle(
    request: MutateRequest<Rules>,
    context: ReviewContext<Config, State>,
  ): void | Promise<void>;
}

/** Judges the object as it will be stored; all validators run side by side. */
export interface ValidateHook<Rules extends readonly Rule[], Config, State> {
  /** Which requests. Literals select the types of `object` and `oldObject`. */
  rules: Rules | ((config: Config) => Rules);
  sideEffects: SideEffects;
  /** Everything in `request` is read-only. A throw is a fault, never a denial. */
  handle(
    request: ValidateRequest<Rules>,
    context: ReviewContext<Config, State>,
  ): void | Promise<void>;
}

/**
 * Resources that a plugin reads, as `Kinds` names them. They are followed in all namespaces, and RBAC must
 * let the server `get`, `list` and `watch` them.
 */
export type Reads = readonly ResourceKey[];

/** RBAC's verbs for what a plugin writes, by resource. `apply` takes both `create` and `patch`. */
export type Writes = {
  readonly [Key in ResourceKey]?: readonly WriteVerb[];
};

/** A plugin's declaration: facts, no policy. Policy is the operator's. */
export interface PluginDefinition<
  Schema extends ConfigSchema | undefined,
  State,
  M extends readonly Rule[],
  V extends readonly Rule[],
  Reconciled extends ResourceKey = ResourceKey,
  Watched extends ResourceKey = ResourceKey,
> {
  /** A DNS label such as `no-host-network`; it names the plugin in answers, logs and metrics. */
  name: string;
  /** JSON Schema of the configuration: type object, closed by `additionalProperties: false`. */
  config?: Schema;
  /**
   * What `context.cluster` may read. Caches of it are kept, and the plugin is not ready before they are filled.
   * A plugin with `reads`, `writes` or `reconcile` needs a server that has a cluster.
   *
   * @default nothing
   * @example
   * reads: ["v1/namespaces", "apps/v1/deployments"]
   */
  reads?: Reads | ((config: ConfigOf<Schema>) => Reads);
  /**
   * What `context.cluster` may write, in hooks whose `sideEffects` is `NoneOnDryRun`. What is written may be
   * read only where it is in `reads`, too.
   *
   * @default nothing
   * @example
   * writes: { "v1/resourcequotas": ["create", "patch", "delete"] }
   */
  writes?: Writes | ((config: ConfigOf<Schema>) => Writes);
  /**
   * What RBAC is to let the server do beside `reads` and `writes`: verbs that are no call of `context.cluster`, such as
   * `bind`, without which nobody can give others a role that he does not have. By names where it can be.
   *
   * @default nothing
   * @example
   * policyRules: ({ role }) => [
   *   { apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"], verbs: ["bind"], resourceNames: [role] },
   * ]
   */
  policyRules?: readonly PolicyRule[] | ((config: ConfigOf<Schema>) => readonly PolicyRule[]);
  /** Runs once before the server listens; what it returns is `context.state`. A throw ends the start. */
  setup?(context: SetupContext<ConfigOf<Schema>>): State | Promise<State>;
  /** Asked by `/readyz`; false or a throw means not ready. */
  ready?(state: State): boolean | Promise<boolean>;
  /** Gives back what `setup` took; called in reverse order of start. */
  close?(state: State): void | Promise<void>;
  mutate?: MutateHook<M, ConfigOf<Schema>, State>;
  validate?: ValidateHook<V, ConfigOf<Schema>, State>;
  reconcile?: ReconcileHook<Reconciled, Watched, ConfigOf<Schema>, State>;
}

/** A declaration whose type parameters no longer matter: what the pipeline works with. */
export interface AnyPluginDefinition {
  name: string;
  config?: ConfigSchema;
  reads?: Reads | ((config: unknown) => Reads);
  writes?: Writes | ((config: unknown) => Writes);
  policyRules?: readonly PolicyRule[] | ((config: unknown) => readonly PolicyRule[]);
  setup?(context: SetupContext): unknown;
  ready?(state: unknown): boolean | Promise<boolean>;
  close?(state: unknown): void | Promise<void>;
  mutate?: AnyHook;
  validate?: AnyHook;
  reconcile?: AnyReconcileHook;
}

/** A hook whose type parameters no longer matter. */
export interface AnyHook {
  rules: readonly Rule[] | ((config: unknown) => readonly Rule[]);
  sideEffects: SideEffects;
  handle(request: unknown, context: ReviewContext): void | Promise<void>;
}

// Registered, so that a plugin made by another copy of core is known as one.
const brand = Symbol.for("gatewright.dev/plugin");

/** A plugin with its configuration, ready to be listed in a webhook. */
export interface Plugin {
  readonly name: string;
  /** The configuration as given, not yet validated. */
  readonly config: unknown;
  readonly definition: AnyPluginDefinition;
  /** @internal Itself: a copy of a plugin is not what its brand says. */
  readonly [brand]: unknown;
}

/** Takes the configuration; required only where the schema requires something. */
export type PluginFactory<Schema extends ConfigSchema | undefined = undefined> = {
  (
    ...config: Schema extends ConfigSchema
      ? Record<never, never> extends ConfigInput<Schema>
        ? [config?: ConfigInput<Schema>]
        : [config: ConfigInput<Schema>]
      : []
  ): Plugin;
  readonly definition: AnyPluginDefinition;
};

/**
 * Declares a plugin. The result is a factory that takes the plugin's configuration.
 * Nothing is checked or started here: a server refuses a wrong declaration at its start.
 *
 * @example
 * export default definePlugin({
 *   name: "no-host-network",
 *   validate: {
 *     rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
 *     sideEffects: "None",
 *     handle({ object }, { deny }) {
 *       if (object.spec?.hostNetwork) deny("host network is not allowed", { field: "spec.hostNetwork" });
 *     },
 *   },
 * });
 */
export function definePlugin<
  const Schema extends ConfigSchema | undefined = undefined,
  State = undefined,
  const M extends readonly Rule[] = readonly Rule[],
  const V extends readonly Rule[] = readonly Rule[],
  const Reconciled extends ResourceKey = ResourceKey,
  const Watched extends ResourceKey = never,
>(definition: PluginDefinition<Schema, State, M, V, Reconciled, Watched>): PluginFactory<Schema> {
  const declared = definition as unknown as AnyPluginDefinition;
  const factory = (config?: unknown): Plugin => {
    // Of a definition that is none, too: a server then says what it should be.
    const name = (declared as AnyPluginDefinition | null | undefined)?.name as string;
    const plugin = { name, config, definition: declared, [brand]: undefined as unknown };
    plugin[brand] = plugin;
    return Object.freeze(plugin);
  };
  // A factory that is listed uncalled is then refused by the plugin's name, and not as "factory".
  Object.defineProperty(factory, "name", { value: declared?.name });
  return Object.assign(factory, { definition: declared }) as PluginFactory<Schema>;
}

/** Whether `value` is what a `definePlugin` factory gave: the very object, not a copy of it. */
export function isPlugin(value: unknown): value is Plugin {
  return typeof value === "object" && value !== null && (value as Plugin)[brand] === value;
}
