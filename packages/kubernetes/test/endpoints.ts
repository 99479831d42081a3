import type { Rule, WebhookEndpoint } from "@gatewright/core";

/** Everything there is. */
export const everything: Rule = {
  apiGroups: ["*"],
  apiVersions: ["*"],
  resources: ["*/*"],
  operations: ["*"],
};

export const pods: Rule = {
  apiGroups: [""],
  apiVersions: ["v1"],
  resources: ["pods"],
  operations: ["CREATE"],
};

/** One phase of a webhook, as a server describes it. */
export function endpoint(
  name: string,
  phase: "mutate" | "validate",
  more: Partial<WebhookEndpoint> = {},
): WebhookEndpoint {
  return {
    name,
    phase,
    path: `/${phase}/${name}`,
    rules: [pods],
    sideEffects: "None",
    failurePolicy: "Fail",
    timeoutSeconds: 10,
    plugins: ["a-plugin"],
    ...more,
  };
}
