import type { ObjectToWrite } from "@gatewright/core";
import { namespaced, selectorLabels } from "../labels.ts";
import type { Installation } from "../installation.ts";

/**
 * Drains take the replicas one after another. One that is not ready serves nobody, so it may always go: a broken
 * server does not hold up a node.
 */
export function podDisruptionBudgetObject(installation: Installation) {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: namespaced(installation),
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: selectorLabels(installation) },
    },
  } as const satisfies ObjectToWrite<"policy/v1/poddisruptionbudgets">;
}
