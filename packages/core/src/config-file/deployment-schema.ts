const name = {
  type: "string",
  pattern: "^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$",
  errorMessage: "must be a name of lower case letters, digits and -",
} as const;

/** The part of the configuration file's schema that is about how the server runs in a cluster. */
export const deploymentSchema = {
  type: "object",
  description:
    "What gatewright manifests writes beside the configuration. The server itself takes only its names from it. Default: as its keys say.",
  errorMessage: "must be a map, if an empty one: deployment: {}",
  additionalProperties: false,
  properties: {
    name: {
      ...name,
      default: "gatewright",
      description: "Of the Deployment, the Service and what goes with them.",
    },
    namespace: {
      ...name,
      description:
        "Where all of it is. Default: gatewright-system in manifests; to a server, its pod's own.",
    },
    image: {
      type: "string",
      minLength: 1,
      description:
        "The server's image, with the plugins in it. Default: that of gatewright manifests --image.",
    },
    imagePullPolicy: {
      type: "string",
      enum: ["Always", "IfNotPresent", "Never"],
      default: "IfNotPresent",
      description: "When the image is pulled.",
    },
    imagePullSecrets: {
      type: "array",
      items: { type: "string", minLength: 1 },
      description: "Names of Secrets that the image is pulled with. Default: none.",
    },
    replicas: {
      type: "integer",
      minimum: 1,
      default: 2,
      description: "How many servers there are. With one, every restart is an outage.",
      errorMessage: "must be a whole number above 0",
    },
    resources: {
      type: "object",
      description:
        "The container's requests and limits, as Kubernetes has them. Default: requests as they were measured.",
    },
    priorityClassName: {
      type: "string",
      minLength: 1,
      default: "system-cluster-critical",
      description: "Which pods give way to the server's.",
    },
    nodeSelector: {
      type: "object",
      additionalProperties: { type: "string" },
      description: "Labels of nodes that it may run on. Default: any.",
    },
    tolerations: {
      type: "array",
      items: { type: "object" },
      description: "Taints that it tolerates, as Kubernetes has them. Default: none.",
    },
    podLabels: {
      type: "object",
      additionalProperties: { type: "string" },
      description: "More labels of its pods. Default: none.",
    },
    podAnnotations: {
      type: "object",
      additionalProperties: { type: "string" },
      description: "More annotations of its pods. Default: none.",
    },
    serviceMonitor: {
      type: "boolean",
      default: false,
      description: "Whether a ServiceMonitor of the Prometheus operator is written, too.",
    },
    networkPolicy: {
      type: "object",
      description: "Who may call the server, and whom it may call. Default: as its keys say.",
      additionalProperties: false,
      properties: {
        enabled: {
          type: "boolean",
          default: true,
          description: "Whether a NetworkPolicy is written.",
        },
        apiServer: {
          type: "array",
          items: { type: "string", minLength: 1 },
          description:
            "Addresses of the API servers, as CIDRs: 10.0.0.1/32. They are no pods, so no label selects them. Default: any address, at the server's port alone.",
        },
      },
    },
  },
} as const;
