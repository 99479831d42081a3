const notInCluster = {
  properties: {
    inCluster: {
      not: { const: true },
      errorMessage: "cannot be true beside kubeconfig or context, which are for a server outside",
    },
  },
} as const;

/** The part of the configuration file's schema that is about the cluster. */
export const clusterSchema = {
  type: "object",
  description:
    "How plugins that read or write the cluster reach it, by the package @gatewright/kubernetes, which is loaded only where a plugin needs it. An empty map does as kubectl does: KUBECONFIG, then ~/.kube/config, then the pod's service account. Default: plugins that need a cluster are refused.",
  errorMessage: "must be a map, if an empty one: cluster: {}",
  additionalProperties: false,
  properties: {
    kubeconfig: {
      type: "string",
      minLength: 1,
      description:
        "A kubeconfig; a relative path is relative to this file's folder. Default: KUBECONFIG, then ~/.kube/config, then the pod's service account.",
    },
    context: {
      type: "string",
      minLength: 1,
      description: "Which context of the kubeconfig. Default: its current one.",
    },
    inCluster: {
      type: "boolean",
      default: false,
      description:
        "Takes the service account of the pod that the server runs in, and nothing else.",
    },
  },
  dependencies: { kubeconfig: notInCluster, context: notInCluster },
} as const;

/** The part of the configuration file's schema that is about who reconciles. */
export const leaderElectionSchema = {
  type: "object",
  description:
    "For plugins that reconcile: of several servers the one does that holds the Lease gatewright-<plugin>. Default: as its keys say.",
  additionalProperties: false,
  properties: {
    namespace: {
      type: "string",
      pattern: "^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$",
      description:
        "Where the Leases are, for all servers of one kind the same. Default: the pod's own namespace; outside of a cluster that of the context.",
      errorMessage: "must be the name of a namespace",
    },
    identity: {
      type: "string",
      minLength: 1,
      description:
        "What this server is called in the Leases, and no other is. Default: the host's name and something random.",
    },
  },
} as const;
