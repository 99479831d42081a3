import { clusterScoped } from "../labels.ts";
import type { Installation } from "../installation.ts";

/** The installation's own namespace, in which no pod runs that is not under the `restricted` Pod Security level. */
export function namespaceObject(installation: Installation) {
  const { name, labels } = clusterScoped(installation, installation.namespace);
  const levels = ["enforce", "audit", "warn"].map((mode) => [
    `pod-security.kubernetes.io/${mode}`,
    "restricted",
  ]);
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { ...labels, ...Object.fromEntries(levels) } },
  };
}
