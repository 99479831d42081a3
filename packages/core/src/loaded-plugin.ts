import type { ClusterAccess, OpenFence } from "./cluster-access.ts";
import type { Logger } from "./log.ts";
import type { AnyHook, AnyPluginDefinition } from "./plugin.ts";
import type { PolicyRule } from "./policy-rule.ts";
import type { AnyReconcileHook, Concerned } from "./reconcile-hook.ts";
import type { Rule } from "./rule-types.ts";

/**
 * What a plugin's denials and changes come to. `enforce`: they hold. `warn`: the user is shown what
 * would have been. `audit`: the audit log is. In the latter two the plugin does not reconcile.
 */
export type Enforcement = "enforce" | "warn" | "audit";

/** A hook whose rules are known: one entry of a webhook's plan. */
export interface LoadedHook {
  readonly rules: readonly Rule[];
  readonly sideEffects: "None" | "NoneOnDryRun";
  readonly handle: AnyHook["handle"];
}

/** What is to be reconciled, and how. */
export interface LoadedReconcile extends Required<Omit<AnyReconcileHook, "watches">> {
  /** By resource. */
  readonly watches: ReadonlyMap<string, Concerned>;
}

/** A plugin whose configuration was validated, under its operator's policy. */
export interface LoadedPlugin {
  readonly name: string;
  /** The webhook that it is listed in: the same plugin may be in several. */
  readonly webhook: string;
  readonly definition: AnyPluginDefinition;
  readonly config: unknown;
  readonly enforcement: Enforcement;
  /** At most this long for one review, in milliseconds; within the review's own deadline. */
  readonly timeoutMs: number;
  readonly mutate: LoadedHook | undefined;
  readonly validate: LoadedHook | undefined;
  readonly reconcile: LoadedReconcile | undefined;
  /** What of the cluster it declared under its configuration. */
  readonly access: ClusterAccess;
  /** What RBAC must allow beside that. */
  readonly policyRules: readonly PolicyRule[];
  /** Makes `context.cluster`, which throws where nothing was declared; whole once the cluster is open. */
  openCluster: OpenFence;
  /** What `setup` returned; undefined before. */
  state: unknown;
  /** Lines that name the plugin. */
  log: Logger;
}
