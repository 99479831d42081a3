import { resolve } from "node:path";
import type { ClusterConnection } from "../cluster-connection.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { importModule, type PluginSource } from "./import-plugin.ts";
import type { ConfigFile } from "./schema.ts";

/** The package that makes connections. Core does not depend on it: a server without a cluster has no use for it. */
const ADAPTER = "@gatewright/kubernetes";

/**
 * What connects the cluster of a configuration file in `folder`. The package is found as plugins are, and
 * imported only when this is called.
 */
export function clusterOfFile(
  { kubeconfig, ...rest }: NonNullable<ConfigFile["cluster"]>,
  source: PluginSource,
  folder: string,
): () => Promise<ClusterConnection> {
  const settings =
    kubeconfig === undefined ? rest : { ...rest, kubeconfig: resolve(folder, kubeconfig) };
  return async () => {
    const module = await importModule(ADAPTER, source);
    if ("code" in module) throw unusable(module.message, source);
    const { connectCluster } = (module.namespace ?? {}) as Record<string, unknown>;
    if (typeof connectCluster !== "function") {
      throw unusable(`${ADAPTER} has no connectCluster: is it of another version?`, source);
    }
    return (await connectCluster(settings)) as ClusterConnection;
  };
}

function unusable(message: string, { file }: PluginSource): ConfigurationError {
  return new ConfigurationError(
    [{ code: "GW_CLUSTER_CONFIG", pointer: "/cluster", message }],
    file,
  );
}
