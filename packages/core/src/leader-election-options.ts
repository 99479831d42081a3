/**
 * Of several servers with one plugin that reconciles, which does: the one that holds the Lease
 * `gatewright-<plugin>`.
 */
export interface LeaderElectionOptions {
  /**
   * Where the Leases are. All servers that must not reconcile at once need the same.
   * @default the pod's own namespace; outside of a cluster that of the kubeconfig's context
   */
  namespace?: string;
  /**
   * What this server is called in them, and no other is.
   * @default the host's name and something random
   */
  identity?: string;
}
