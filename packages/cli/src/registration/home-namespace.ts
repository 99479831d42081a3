import type { ClusterConnection } from "@gatewright/core";
import { CONFIGURATIONS, INSTALLATION_ANNOTATION } from "@gatewright/kubernetes/registration";
import { DEFAULT_NAMESPACE } from "./default-namespace.ts";

const DEFAULT_NAME = "gatewright";

type Connection = Pick<ClusterConnection, "get" | "namespace">;

/**
 * The namespace of a server whose file has no `deployment`: the one that its webhooks are registered for; else where
 * `gatewright manifests` installs such a file, if it did; else what a server beside the cluster takes itself, that of the
 * kubeconfig's context.
 *
 * @param name - of the webhook configurations
 */
export async function homeNamespace(connection: Connection, name: string): Promise<string> {
  for (const resource of Object.values(CONFIGURATIONS)) {
    const live = await seen(connection.get(resource, name));
    const whose = live?.metadata?.annotations?.[INSTALLATION_ANNOTATION] ?? "";
    const [namespace = ""] = whose.split("/");
    if (namespace !== "") return namespace;
  }
  const installed = await seen(
    connection.get("apps/v1/deployments", DEFAULT_NAME, { namespace: DEFAULT_NAMESPACE }),
  );
  return installed === undefined ? connection.namespace : DEFAULT_NAMESPACE;
}

/** Who may see less, such as a Secret alone, gets no further by this than the context. */
async function seen<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: { status?: number }) => {
    if (error.status !== 403) throw error;
    return undefined;
  });
}
