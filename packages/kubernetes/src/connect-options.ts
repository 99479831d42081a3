import type { Logger } from "@gatewright/core";

/** Which cluster to connect to, and how. */
export interface ConnectClusterOptions {
  /**
   * Path of a kubeconfig.
   * @default the files that `KUBECONFIG` names; in a pod its service account; `~/.kube/config`
   */
  kubeconfig?: string;
  /** The context to use. @default the kubeconfig's `current-context` */
  context?: string;
  /**
   * `true` for the pod's service account and nothing else, `false` for never.
   * @default where this is a pod, and neither a kubeconfig nor a context is named
   */
  inCluster?: boolean;
  /** Where it is written that a login could not be renewed, among others. @default nowhere */
  log?: Logger;
  /** How long a call may take that says nothing else, in milliseconds. @default 5000 */
  timeoutMs?: number;
}
