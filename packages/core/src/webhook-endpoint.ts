import type { RegistrationPolicy } from "./registration-policy.ts";
import type { Rule } from "./rule-types.ts";
import type { FailurePolicy, LoadedWebhook } from "./webhook.ts";

/** `mutate` comes before `validate`, always: kube-apiserver calls one webhook for each. */
export type Phase = "mutate" | "validate";

/** One phase of one webhook: what the API server is told of it, in its own words. */
export interface WebhookEndpoint extends Readonly<RegistrationPolicy> {
  /** The webhook's name, for both phases. */
  readonly name: string;
  readonly phase: Phase;
  /** `/mutate/<name>` or `/validate/<name>`. */
  readonly path: string;
  /** Of all plugins in it. */
  readonly rules: readonly Rule[];
  /** `None` only where it is so for every plugin. */
  readonly sideEffects: "None" | "NoneOnDryRun";
  readonly failurePolicy: FailurePolicy;
  readonly timeoutSeconds: number;
  /** Names of the plugins, in their order. */
  readonly plugins: readonly string[];
}

/** The phases of a webhook in which a plugin of it does something. */
export function endpointsOf(webhook: LoadedWebhook): WebhookEndpoint[] {
  const { name, failurePolicy, timeoutSeconds, registration, plugins } = webhook;
  return (["mutate", "validate"] as const).flatMap((phase): WebhookEndpoint[] => {
    const active = plugins.filter((plugin) => plugin[phase] !== undefined);
    if (active.length === 0) return [];
    const hooks = active.flatMap((plugin) => plugin[phase] ?? []);
    const { reinvocationPolicy, ...both } = registration;
    return [
      {
        name,
        phase,
        path: `/${phase}/${name}`,
        rules: hooks.flatMap((hook) => hook.rules),
        sideEffects: hooks.every((hook) => hook.sideEffects === "None") ? "None" : "NoneOnDryRun",
        failurePolicy,
        timeoutSeconds,
        plugins: active.map((plugin) => plugin.name),
        ...both,
        ...(phase === "mutate" && reinvocationPolicy !== undefined && { reinvocationPolicy }),
      },
    ];
  });
}
