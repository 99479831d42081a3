export { connectCluster } from "./connect-cluster.ts";
export type { ConnectClusterOptions } from "./connect-options.ts";
