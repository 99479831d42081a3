import type { ClusterConnection } from "./cluster-connection.ts";
import { GatewrightError } from "./errors.ts";
import type { ClusterSource } from "./open-cluster.ts";

/** A server's one way to its cluster: for plugins, certificate and registration. */
export interface SharedConnection {
  /** As the options have it, but connected once, whoever asks; undefined where there is none. */
  readonly source: ClusterSource | undefined;
  /** @throws GatewrightError `GW_CLUSTER_CONFIG` where there is none, or it cannot be connected. */
  connection(): Promise<ClusterConnection>;
  /** Closes what was connected here; a connection that was given stays open. */
  close(): Promise<void>;
}

/** Nothing is connected before somebody asks. */
export function shareConnection(given: ClusterSource | undefined): SharedConnection {
  if (given === undefined) {
    return { source: undefined, connection: () => Promise.reject(noCluster()), async close() {} };
  }
  if (typeof given !== "function") {
    return { source: given, connection: async () => given, async close() {} };
  }
  let connecting: Promise<ClusterConnection> | undefined;
  const connect = () => (connecting ??= Promise.resolve(given()));
  return {
    source: connect,
    connection: connect,
    async close() {
      // Who asked for it was told why it failed.
      const connection = await connecting?.catch(() => undefined);
      await connection?.close();
    },
  };
}

function noCluster(): GatewrightError {
  const message =
    "a certificate in a Secret, and a registration, need a cluster: write cluster: {} into the configuration " +
    "file, or in code createServer({ cluster: () => connectCluster() }), of @gatewright/kubernetes";
  return new GatewrightError("GW_CLUSTER_CONFIG", message);
}
