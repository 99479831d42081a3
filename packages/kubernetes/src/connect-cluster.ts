import type { ClusterConnection } from "@gatewright/core";
import type { ConnectClusterOptions } from "./connect-options.ts";

/**
 * Connects to a cluster: logs in as kubectl would, and asks the API server whether it lets one in. Tokens and
 * certificates are followed from then on.
 *
 * @throws GatewrightError `GW_CLUSTER_CONFIG` where it cannot be known how to log in: which file or context
 *   is missing, and what there is instead.
 * @throws ClusterError where the API server cannot be reached (`Unreachable`, `Timeout`) or refuses
 *   (`Unauthorized`).
 * @example
 * const cluster = await connectCluster({ kubeconfig: "dev.yaml", context: "dev" });
 * const server = await createServer({ cluster, webhooks });
 */
export async function connectCluster(
  options: ConnectClusterOptions = {},
): Promise<ClusterConnection> {
  // client-node takes a second and 80 MB to load, which is for those who connect.
  const { connect } = await import("./connect.ts");
  return connect(options);
}
