import { resolve } from "node:path";
import type { ClusterConnection } from "../cluster-connection.ts";
import { fromKubernetes } from "./from-kubernetes.ts";
import type { PluginSource } from "./import-plugin.ts";
import type { ConfigFile } from "./schema.ts";

/** What connects the cluster of a configuration file in `folder`. */
export function clusterOfFile(
  { kubeconfig, ...rest }: NonNullable<ConfigFile["cluster"]>,
  source: PluginSource,
  folder: string,
): () => Promise<ClusterConnection> {
  const settings =
    kubeconfig === undefined ? rest : { ...rest, kubeconfig: resolve(folder, kubeconfig) };
  return async () => {
    const connectCluster = await fromKubernetes<(settings: object) => Promise<ClusterConnection>>(
      "connectCluster",
      "/cluster",
      source,
    );
    return connectCluster(settings);
  };
}
