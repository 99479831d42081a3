import type { ObjectToWrite } from "@gatewright/core";
import { namespaced, objectLabels, selectorLabels } from "../labels.ts";
import type { Installation } from "../installation.ts";
import { configChecksum } from "./config-map.ts";
import { containerOf } from "./container.ts";
import { podVolumes } from "./volumes.ts";

// To close plugins and let go of Leases once the last review is answered, before the kubelet kills.
const CLOSING_SECONDS = 10;

/** The server. A replica goes only when another is ready in its place. */
export function deploymentObject(installation: Installation) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: namespaced(installation),
    spec: {
      replicas: installation.replicas,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      selector: { matchLabels: selectorLabels(installation) },
      template: {
        metadata: {
          labels: { ...installation.podLabels, ...objectLabels(installation) },
          annotations: { ...installation.podAnnotations, ...configChecksum(installation) },
        },
        spec: podSpec(installation),
      },
    },
  } satisfies ObjectToWrite<"apps/v1/deployments">;
}

function podSpec(installation: Installation) {
  const { imagePullSecrets, nodeSelector, tolerations } = installation;
  return {
    serviceAccountName: installation.name,
    automountServiceAccountToken: installation.usesCluster,
    // Variables for each Service of the namespace, which nothing here reads.
    enableServiceLinks: false,
    priorityClassName: installation.priorityClassName ?? installation.name,
    // No preStop hook: from SIGTERM on the server serves for its grace period as if nothing were, until no API
    // server sends it new calls. A hook that sleeps would only put that off.
    terminationGracePeriodSeconds: Math.ceil(installation.shutdownSeconds) + CLOSING_SECONDS,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" as const } },
    ...(imagePullSecrets.length > 0 && {
      imagePullSecrets: imagePullSecrets.map((name) => ({ name })),
    }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(tolerations.length > 0 && { tolerations }),
    topologySpreadConstraints: [
      spread(installation, "kubernetes.io/hostname", "DoNotSchedule"),
      spread(installation, "topology.kubernetes.io/zone", "ScheduleAnyway"),
    ],
    containers: [containerOf(installation)],
    volumes: podVolumes(installation),
  };
}

/**
 * Replicas of one rollout on as many nodes as there are. A cluster of one node takes them all, since what counts is the
 * difference between nodes; nodes with taints that the pods do not tolerate do not count (KEP-3094, KEP-3243).
 */
function spread(
  installation: Installation,
  topologyKey: string,
  whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway",
) {
  return {
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable,
    nodeTaintsPolicy: "Honor" as const,
    labelSelector: { matchLabels: selectorLabels(installation) },
    matchLabelKeys: ["pod-template-hash"],
  };
}
