import type { ClusterConnection } from "@gatewright/core";
import { CONFIGURATIONS, INSTALLATION_ANNOTATION } from "@gatewright/kubernetes/registration";

/**
 * The namespace of a server whose file has no `deployment`: the one that its webhooks are registered for, and else what a
 * server takes itself, that of the kubeconfig's context.
 *
 * @param name - of the webhook configurations
 */
export async function homeNamespace(
  connection: Pick<ClusterConnection, "get" | "namespace">,
  name: string,
): Promise<string> {
  for (const resource of Object.values(CONFIGURATIONS)) {
    // Who may see the Secret alone gets no further by it than the context.
    const live = await connection.get(resource, name).catch((error: { status?: number }) => {
      if (error.status !== 403) throw error;
      return undefined;
    });
    const [namespace = ""] =
      live?.metadata?.annotations?.[INSTALLATION_ANNOTATION]?.split("/") ?? [];
    if (namespace !== "") return namespace;
  }
  return connection.namespace;
}
