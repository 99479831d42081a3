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
        "The container's requests and limits, as Kubernetes has them. Default: as they were measured; docs/deploying.md says how.",
    },
    priorityClassName: {
      type: "string",
      minLength: 1,
      description:
        "A PriorityClass that there is: which pods give way to the server's. Default: one of its own is written, above all workloads and below what the cluster itself runs on.",
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
    volumes: {
      type: "array",
      description:
        "Secrets and ConfigMaps of yours that the server finds as files: a plugin's client certificates, say. Default: none.",
      items: {
        type: "object",
        description: "One of secret and configMap, and where it is.",
        additionalProperties: false,
        required: ["path"],
        properties: {
          secret: {
            type: "string",
            minLength: 1,
            description: "The name of a Secret. Default: configMap is named.",
          },
          configMap: {
            type: "string",
            minLength: 1,
            description: "The name of a ConfigMap. Default: secret is named.",
          },
          path: {
            type: "string",
            pattern: "^/",
            description: "The folder in which its keys are files.",
            errorMessage: "must be an absolute path: /etc/gatewright/files",
          },
        },
      },
    },
    serviceMonitor: {
      type: "object",
      description: "For the Prometheus operator. Default: as its keys say.",
      errorMessage: "must be a map: serviceMonitor: { enabled: true }",
      additionalProperties: false,
      properties: {
        enabled: {
          type: "boolean",
          default: false,
          description: "Whether a ServiceMonitor is written, for which the cluster needs its CRD.",
        },
        labels: {
          type: "object",
          additionalProperties: { type: "string" },
          description: "By which a Prometheus chooses its ServiceMonitors. Default: none.",
        },
      },
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
            "Addresses of the API servers, as CIDRs: 10.0.0.1/32. They are no pods, so no label selects them. Default: any address; from it to the server's port alone, to it at ports 443 and 6443.",
        },
        egress: {
          type: "array",
          items: { type: "object" },
          description:
            "What plugins call beside the cluster (an etcd, say), as rules that Kubernetes has for it. Default: nothing.",
        },
      },
    },
  },
} as const;
