import type { Place } from "../stage/installation.ts";

export const place: Place = { name: "gatewright", namespace: "gatewright-system" };

/** Where the pods are created. */
export const trafficNamespace = "traffic";

const runAsNonRoot = "@gatewright/plugin-run-as-nonroot";

export interface DrillConfig {
  /** The uid that pods get. */
  runAsUser?: number;
  /** Whether there is a second webhook. */
  second?: boolean;
  /** @default what is shipped */
  gracePeriodSeconds?: number;
}

/** What differs from a user's: CAs take over after seconds, since every API server here is one that follows at once. */
export function drillConfig({ runAsUser = 1234, second = false, gracePeriodSeconds }: DrillConfig) {
  const webhook = {
    failurePolicy: "Fail",
    plugins: [{ plugin: runAsNonRoot, config: { runAsUser } }],
  };
  return {
    cluster: {},
    tls: { secret: { propagationSeconds: 3 } },
    registration: {},
    ...(gracePeriodSeconds !== undefined && { shutdown: { gracePeriodSeconds } }),
    webhooks: {
      "first.drill.example.com": webhook,
      ...(second && { "second.drill.example.com": webhook }),
    },
  };
}

export const firstWebhook = ["first.drill.example.com"];
export const bothWebhooks = ["first.drill.example.com", "second.drill.example.com"];
