import type { Installation } from "./installation.ts";
import type { Manifest } from "./manifest.ts";
import { certificateObject } from "./objects/certificate.ts";
import { configMapObject } from "./objects/config-map.ts";
import { deploymentObject } from "./objects/deployment.ts";
import { namespaceObject } from "./objects/namespace.ts";
import { networkPolicyManifest } from "./objects/network-policy.ts";
import { podDisruptionBudgetObject } from "./objects/pod-disruption-budget.ts";
import { priorityClassObject } from "./objects/priority-class.ts";
import { rbacManifests, serviceAccountObject } from "./objects/rbac.ts";
import { serviceMonitorObject } from "./objects/service-monitor.ts";
import { serviceObject } from "./objects/service.ts";

/**
 * Every object of an installation, what others need first; the same installation gives the same objects, always.
 * Webhook configurations are not among them: those come last, once the server is ready, from the server itself or from
 * `gatewright register`.
 */
export function manifests(installation: Installation): Manifest[] {
  const { certificate, networkPolicy, priorityClassName, serviceMonitor } = installation;
  return [
    { object: namespaceObject(installation) },
    ...(priorityClassName === undefined ? [{ object: priorityClassObject(installation) }] : []),
    { object: serviceAccountObject(installation) },
    ...rbacManifests(installation),
    { object: configMapObject(installation) },
    ...(certificate.kind === "cert-manager"
      ? [{ object: certificateObject(installation, certificate) }]
      : []),
    { object: serviceObject(installation) },
    { object: podDisruptionBudgetObject(installation) },
    ...(networkPolicy === undefined ? [] : [networkPolicyManifest(installation, networkPolicy)]),
    { object: deploymentObject(installation) },
    ...(serviceMonitor === undefined
      ? []
      : [{ object: serviceMonitorObject(installation, serviceMonitor) }]),
  ];
}
