import type { KubernetesObject } from "@gatewright/core";

/** What becomes of the server's Deployment, as far as the registration goes by it. */
export type Rollout =
  /** Every replica that serves is of the newest template, and ready. */
  | { readonly state: "complete" }
  | { readonly state: "waiting"; readonly reason: string }
  /** It is gone, ending, or scaled to none: nobody will serve. */
  | { readonly state: "leaving"; readonly reason: string };

interface Deployment extends KubernetesObject {
  spec?: { replicas?: number };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    conditions?: readonly { type: string; status: string; reason?: string }[];
  };
}

/**
 * What a Deployment's status says, as `kubectl rollout status` reads it (kubectl/pkg/polymorphichelpers). Where the
 * Deployment has given up on some replicas, those that are ready are enough, provided that no older one serves.
 */
export function rolloutOf(object: KubernetesObject | undefined, shown: string): Rollout {
  const leaving = (reason: string): Rollout => ({ state: "leaving", reason });
  const waiting = (reason: string): Rollout => ({ state: "waiting", reason });
  if (object === undefined) return leaving(`Deployment ${shown} is gone`);
  const { metadata, spec, status = {} } = object as Deployment;
  if (metadata?.deletionTimestamp !== undefined)
    return leaving(`Deployment ${shown} is being deleted`);
  const wanted = spec?.replicas ?? 1;
  if (wanted === 0) return leaving(`Deployment ${shown} is scaled to 0`);
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  if ((status.observedGeneration ?? 0) < (metadata?.generation ?? 0)) {
    return waiting(`Deployment ${shown} was changed, and its controller has not seen it yet`);
  }
  if (replicas > updatedReplicas) {
    return waiting(`${replicas - updatedReplicas} older replicas of Deployment ${shown} serve`);
  }
  if (availableReplicas >= wanted && updatedReplicas >= wanted) return { state: "complete" };
  if (availableReplicas > 0 && hasGivenUp(status.conditions)) return { state: "complete" };
  return waiting(`${availableReplicas} of ${wanted} replicas of Deployment ${shown} are available`);
}

function hasGivenUp(conditions: NonNullable<Deployment["status"]>["conditions"] = []): boolean {
  return conditions.some(
    ({ type, reason }) => type === "Progressing" && reason === "ProgressDeadlineExceeded",
  );
}
