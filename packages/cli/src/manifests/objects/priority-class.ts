import type { ObjectToWrite } from "@gatewright/core";
import { clusterScoped } from "../labels.ts";
import type { Installation } from "../installation.ts";

// The highest that is not the system's own (HighestUserDefinablePriority in pkg/apis/scheduling/types.go).
const HIGHEST = 1_000_000_000;

/**
 * Workloads give way to the server, and the server to what the cluster itself needs to recover. It is not
 * `system-cluster-critical`, which some clouds allow in `kube-system` alone.
 */
export function priorityClassObject(installation: Installation) {
  return {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: clusterScoped(installation),
    value: HIGHEST,
    globalDefault: false,
    description: "Admission webhooks: without them, nothing that they judge can be created.",
  } as const satisfies ObjectToWrite<"scheduling.k8s.io/v1/priorityclasses">;
}
