import type { ConfigInput, ConfigOf, ConfigSchema } from "@gatewright/core";

const text = { type: "string", minLength: 1 } as const;
const texts = { type: "array", items: text } as const;
/** `4`, `"500m"`, `"1.5Gi"`. */
const quantity = { anyOf: [{ type: "string" }, { type: "number" }] } as const;
const quantities = { type: "object", additionalProperties: quantity } as const;

const match = {
  description: "Which namespaces: all that is said must hold. Nothing said is every namespace.",
  type: "object",
  additionalProperties: false,
  default: {},
  examples: [{ labelSelector: "plan=small" }],
  properties: {
    names: {
      ...texts,
      minItems: 1,
      examples: [["shop", "billing"]],
      description:
        "Names, any of them; * stands for any text. Whoever creates a namespace chooses its name.",
    },
    labelSelector: {
      ...text,
      examples: ["plan=small,tier in (a, b)"],
      description: "Labels, as kubectl's --selector takes them: plan=small,tier in (a, b).",
    },
    annotations: {
      description: "Annotations by key, all of them; * in a value stands for any text.",
      type: "object",
      additionalProperties: { type: "string" },
      examples: [{ "example.com/plan": "small" }],
    },
  },
} as const;

const limitRange = {
  description: "The spec of the namespace's LimitRange.",
  type: "object",
  additionalProperties: false,
  required: ["limits"],
  examples: [{ limits: [{ type: "Container", max: { cpu: "2" } }] }],
  properties: {
    limits: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["type"],
        properties: {
          type: { ...text, description: "Container, Pod or PersistentVolumeClaim." },
          max: quantities,
          min: quantities,
          default: quantities,
          defaultRequest: quantities,
          maxLimitRequestRatio: quantities,
        },
      },
    },
  },
} as const;

const rule = {
  type: "object",
  additionalProperties: false,
  properties: {
    match,
    quota: {
      ...quantities,
      description:
        "What the namespace's users may have: as in a ResourceQuota's hard, but without what the system puts there.",
      default: {},
      examples: [{ configmaps: 1, pods: 10, "requests.cpu": "4" }],
    },
    limitRange,
  },
} as const;

/** The plugin's configuration, as JSON Schema. What it cannot say is in `checkConfig`. */
export const CONFIG = {
  type: "object",
  additionalProperties: false,
  required: ["rules"],
  examples: [{ rules: [{ quota: { configmaps: 1, pods: 10 } }] }],
  properties: {
    rules: {
      description: "The first that matches a namespace is its own.",
      type: "array",
      minItems: 1,
      items: rule,
      examples: [[{ match: { labelSelector: "plan=small" }, quota: { configmaps: 1, pods: 10 } }]],
    },
    excludedNamespaces: {
      ...texts,
      description:
        "Names of namespaces that are left alone; * stands for any text, so that anybody who can create a namespace " +
        "can choose such a name.",
      default: ["kube-system", "kube-public", "kube-node-lease"],
      examples: [["kube-system", "monitoring"]],
    },
    administrators: {
      description:
        "Who may change what is kept, give a namespace another rule, and delete what the system has put there. A list " +
        "of yours takes this one's place.",
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["kind", "name"],
        properties: {
          kind: { type: "string", enum: ["User", "Group", "ServiceAccount"] },
          name: text,
          namespace: { ...text, description: "Of a ServiceAccount, and of nobody else." },
        },
      },
      default: [{ kind: "Group", name: "system:masters" }],
      examples: [[{ kind: "Group", name: "platform-team" }]],
    },
    builtIn: {
      description:
        "What every namespace has from the system, by resource: names of objects that are not counted against " +
        "its users.",
      type: "object",
      additionalProperties: texts,
      default: { configmaps: ["kube-root-ca.crt"], serviceaccounts: ["default"] },
      examples: [{ configmaps: ["kube-root-ca.crt", "istio-ca-root-cert"] }],
    },
    settleMilliseconds: {
      description:
        "How long a quota must have been in effect before anything counted is let in: as far as an API server may " +
        "be behind what the cluster says.",
      type: "integer",
      minimum: 0,
      maximum: 60_000,
      default: 1_000,
      examples: [1_000],
    },
  },
} as const satisfies ConfigSchema;

/** The configuration as the plugin reads it, defaults filled in. */
export type Config = ConfigOf<typeof CONFIG>;

/** The configuration as a user writes it. */
export type ConfigWritten = ConfigInput<typeof CONFIG>;

/** One rule: which namespaces, and what they get. */
export type RuleConfig = Config["rules"][number];

/** The spec of a LimitRange, as it is written. */
export type LimitRangeConfig = NonNullable<RuleConfig["limitRange"]>;

/** Who is never refused a change of what is kept: by kind and name, exact. */
export type Administrators = Config["administrators"];
