import type { ConfigInput, ConfigOf, ConfigSchema } from "@gatewright/core";

const text = { type: "string", minLength: 1 } as const;
const texts = { type: "array", items: text } as const;
const choice = { type: "string", enum: ["deny", "allow"], default: "deny" } as const;

const selector = {
  description: "The labels of the members' pods: a metav1.LabelSelector, which must not be empty.",
  type: "object",
  additionalProperties: false,
  properties: {
    matchLabels: { type: "object", additionalProperties: { type: "string" } },
    matchExpressions: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["key", "operator"],
        properties: {
          key: text,
          operator: { type: "string", enum: ["In", "NotIn", "Exists", "DoesNotExist"] },
          values: { type: "array", items: { type: "string" } },
        },
      },
    },
  },
} as const;

const members = {
  description: "How the members are reached: by `endpoints`, or by `template` and `pods`.",
  type: "object",
  additionalProperties: false,
  properties: {
    endpoints: {
      ...texts,
      description:
        "Client URLs with their ports; list all of them. Their hosts' first labels are pods' names.",
    },
    template: {
      ...text,
      description: "A client URL with {pod}, and {namespace} where it is wanted.",
    },
    pods: {
      description:
        "The members' pods. With `template`, where to begin: members learned later are reached as well. " +
        "With `endpoints`, needed where an endpoint is an IP address.",
      type: "array",
      items: { type: "string", pattern: "^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$" },
    },
  },
} as const;

const tls = {
  description: "Files, read again when they change.",
  type: "object",
  additionalProperties: false,
  properties: {
    caFile: { ...text, description: "Who signed the members' certificates, PEM." },
    certFile: { ...text, description: "The client certificate, PEM; comes with keyFile." },
    keyFile: { ...text, description: "Its key, PEM." },
    serverName: {
      ...text,
      description:
        "The name that the members' certificates must have, instead of the endpoint's host.",
    },
  },
  default: {},
} as const;

const cluster = {
  type: "object",
  additionalProperties: false,
  required: ["name", "namespace", "selector", "members"],
  properties: {
    name: {
      description: "Its name in messages and metrics: a DNS label.",
      type: "string",
      pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
    },
    namespace: {
      description: "The namespace of its pods.",
      type: "string",
      pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
    },
    selector,
    podName: {
      description: "How a member's name gives its pod's; kubeadm's is etcd-{member}.",
      type: "string",
      default: "{member}",
    },
    members,
    tls,
    leader: {
      description:
        "What becomes of the leader's pod: denied, or allowed once another member leads.",
      type: "string",
      enum: ["deny", "transfer"],
      default: "deny",
    },
    singleMember: { ...choice, description: "The pod of the only voter." },
    twoMembers: { ...choice, description: "One of two voters, whose loss stops the cluster." },
    learner: { ...choice, description: "The pod of a learner." },
    unreadable: { ...choice, description: "Any of its pods, while the cluster cannot be read." },
    callTimeoutMilliseconds: {
      description: "How long each call to etcd may take.",
      type: "integer",
      minimum: 10,
      maximum: 25_000,
      default: 1000,
    },
    grantSeconds: {
      description:
        "How long a member that may go counts as lost, unless it was seen gone and back before: at " +
        "least its pod's grace period and a restart.",
      type: "integer",
      minimum: 5,
      maximum: 86_400,
      default: 120,
    },
    observeSeconds: {
      description: "How often the cluster is looked at in the background.",
      type: "integer",
      minimum: 1,
      maximum: 3600,
      default: 15,
    },
    retryAfterSeconds: {
      description:
        "When a denied eviction is to be tried again. kubectl tries so ten times before it says why.",
      type: "integer",
      minimum: 1,
      maximum: 3600,
      default: 1,
    },
    maximumLag: {
      description: "How many raft entries a healthy member may have yet to apply.",
      type: "integer",
      minimum: 0,
      maximum: 1_000_000_000,
      default: 5000,
    },
  },
} as const;

/** The plugin's configuration, as JSON Schema. What it cannot say is in `checkConfig`. */
export const CONFIG = {
  type: "object",
  additionalProperties: false,
  required: ["clusters"],
  properties: {
    clusters: { type: "array", minItems: 1, items: cluster },
    podLookup: {
      description:
        "How the pod of an eviction is known, which carries none: by its name, or as the cluster has it, " +
        "with its labels. `cluster` needs a server with a cluster, and RBAC for all pods.",
      type: "string",
      enum: ["name", "cluster"],
      default: "name",
    },
    breakGlass: {
      description: "Who gets past the guard, with a warning and an audit annotation.",
      type: "object",
      additionalProperties: false,
      default: {},
      properties: {
        users: { ...texts, description: "User names, exact.", default: [] },
        groups: { ...texts, description: "Groups, exact.", default: [] },
        annotation: {
          ...text,
          description:
            "An annotation of the pod whose value is the reason. It counts for a DELETE alone: an eviction carries no pod.",
          default: "etcd-leader-guard.gatewright.dev/break-glass",
        },
      },
    },
  },
} as const satisfies ConfigSchema;

/** The configuration as the plugin reads it, defaults filled in. */
export type Config = ConfigOf<typeof CONFIG>;

/** The configuration as a user writes it. */
export type ConfigWritten = ConfigInput<typeof CONFIG>;

/** One guarded cluster. */
export type ClusterConfig = Config["clusters"][number];

/** Who gets past the guard. */
export type BreakGlassConfig = Config["breakGlass"];

/** The endpoint of one pod, by the `template` of a cluster. */
export function endpointOfPod(template: string, pod: string, namespace: string): string {
  // Functions, as `$&` in a replacement would be a pattern.
  const url = template.replaceAll("{pod}", () => pod).replaceAll("{namespace}", () => namespace);
  return bareEndpoint(url);
}

/** Without what follows the port. */
export function bareEndpoint(url: string): string {
  return url.replace(/\/+$/, "");
}
