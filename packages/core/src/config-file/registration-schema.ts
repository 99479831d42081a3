const labelSelector = {
  type: "object",
  description: "Labels that are needed: matchLabels, matchExpressions. Default: none.",
} as const;

/** Of a webhook: how it is registered, beside its rules. Their shapes are checked with the webhook. */
export const registrationPolicySchema = {
  namespaceSelector: {
    ...labelSelector,
    description:
      "For the registration: labels of the namespaces that it is for. Default: all, but for those that include is about.",
  },
  objectSelector: {
    ...labelSelector,
    description:
      "For the registration: labels of the objects that it is for. Their authors choose them. Default: all.",
  },
  matchPolicy: {
    type: "string",
    enum: ["Exact", "Equivalent"],
    default: "Equivalent",
    description:
      "For the registration: whether other versions of a resource are converted and sent.",
  },
  matchConditions: {
    type: "array",
    items: {
      type: "object",
      description: "An expression of CEL that a request must meet.",
      additionalProperties: false,
      required: ["name", "expression"],
      properties: {
        name: { type: "string", minLength: 1, description: "Unique in its webhook." },
        expression: { type: "string", minLength: 1, description: "CEL that gives a boolean." },
      },
    },
    description:
      "For the registration: what the API server checks before it asks. Default: what leaves out nodes, leases and the like.",
  },
  reinvocationPolicy: {
    type: "string",
    enum: ["Never", "IfNeeded"],
    default: "IfNeeded",
    description:
      "For the registration: whether mutators are asked again after others changed the object.",
  },
  include: {
    type: "array",
    items: {
      type: "string",
      enum: [
        "own-namespace",
        "kube-system",
        "nodes",
        "certificatesigningrequests",
        "leases",
        "reviews",
      ],
    },
    description:
      "For the registration: what is left out so that the cluster recovers while no server answers, and is to be judged all the same. Default: nothing.",
  },
} as const;

const name = {
  type: "string",
  pattern: "^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$",
  errorMessage: "must be a name of lower case letters, digits and -",
} as const;

/** The part of the configuration file's schema that is about who registers the webhooks, and as what. */
export const registrationSchema = {
  type: "object",
  description:
    "The server registers its webhooks once it is ready, keeps them so, and takes them away with it. An empty map will do. Default: somebody else registers them, such as gatewright register.",
  errorMessage: "must be a map, if an empty one: registration: {}",
  additionalProperties: false,
  properties: {
    name: {
      ...name,
      description:
        "Of the two webhook configurations; mutators of several servers are called in the order of it. Default: the deployment's name.",
    },
    service: {
      type: "object",
      description: "The Service by which the API server calls. Default: as its keys say.",
      additionalProperties: false,
      properties: {
        name: { ...name, description: "Its name. Default: the deployment's name." },
        namespace: { ...name, description: "Where it is. Default: the deployment's namespace." },
        port: {
          type: "integer",
          minimum: 1,
          maximum: 65_535,
          default: 443,
          description: "The Service's port.",
        },
      },
    },
    settleSeconds: {
      type: "number",
      minimum: 0,
      default: 10,
      description:
        "How long every replica has been ready before webhooks are registered or changed: until the last proxy knows of it, and no call goes to an older replica.",
    },
    url: {
      type: "string",
      pattern: "^https://[A-Za-z0-9.:\\[\\]-]+/?$",
      description:
        "Where the API server calls instead of a Service: https://host:port, without a path. Default: the Service.",
      errorMessage: "must be https://host or https://host:port, without a path",
    },
  },
  dependencies: {
    url: {
      properties: { service: { not: {}, errorMessage: "cannot stand beside url" } },
    },
  },
} as const;
