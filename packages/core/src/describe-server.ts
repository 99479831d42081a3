import { silentLogger } from "./log.ts";
import type { PolicyRule } from "./policy-rule.ts";
import { policyRules } from "./policy-rules.ts";
import type { ServerOptions } from "./server-options.ts";
import { loadWebhooks } from "./webhook.ts";
import { endpointsOf, type WebhookEndpoint } from "./webhook-endpoint.ts";

/** What a server will need of a cluster, known without one. */
export interface ServerDescription {
  /** Every phase of every webhook, as it is to be registered; in the configured order. */
  readonly endpoints: readonly WebhookEndpoint[];
  /** What RBAC is to let the server do for its plugins. */
  readonly policyRules: readonly PolicyRule[];
}

/**
 * What a server of these options serves and needs: nothing is set up, connected or opened. For manifests,
 * registrations and documentation.
 *
 * @throws ConfigurationError with all that is wrong with webhooks and plugins.
 */
export async function describeServer({
  webhooks,
}: Pick<ServerOptions, "webhooks">): Promise<ServerDescription> {
  const loaded = await loadWebhooks(webhooks, silentLogger);
  return {
    endpoints: loaded.flatMap(endpointsOf),
    policyRules: policyRules(loaded.flatMap(({ plugins }) => plugins)),
  };
}
