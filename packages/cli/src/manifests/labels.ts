import type { Installation } from "./installation.ts";

/** What tells the pods of one installation from all others. It can never change: a Deployment's selector is fixed. */
export function selectorLabels({ name }: Pick<Installation, "name">): Record<string, string> {
  return { "app.kubernetes.io/name": "gatewright", "app.kubernetes.io/instance": name };
}

/** On every object. */
export function objectLabels(installation: Pick<Installation, "name">): Record<string, string> {
  return { ...selectorLabels(installation), "app.kubernetes.io/managed-by": "gatewright" };
}

/** An object's metadata, in the installation's namespace. */
export function namespaced(
  installation: Pick<Installation, "name" | "namespace">,
  name = installation.name,
) {
  return { name, namespace: installation.namespace, labels: objectLabels(installation) };
}

/** The metadata of an object that has no namespace. */
export function clusterScoped(installation: Pick<Installation, "name">, name = installation.name) {
  return { name, labels: objectLabels(installation) };
}
