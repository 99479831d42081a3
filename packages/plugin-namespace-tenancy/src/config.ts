import type { ConfigInput, ConfigOf, ConfigSchema } from "@gatewright/core";
import { SYSTEM_CONTROLLERS } from "./system-controllers.ts";

const text = { type: "string", minLength: 1 } as const;

const subjects = {
  type: "array",
  examples: [
    [
      { kind: "Group", name: "platform-team" },
      { kind: "ServiceAccount", namespace: "ci", name: "deployer" },
    ],
  ],
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
} as const;

/** The plugin's configuration, as JSON Schema. What it cannot say is in `checkConfig`. */
export const CONFIG = {
  type: "object",
  additionalProperties: false,
  properties: {
    administrators: {
      ...subjects,
      description:
        "Who may do everything everywhere, repair ownership and give it away. A list of yours takes this one's place.",
      default: [{ kind: "Group", name: "system:masters" }],
    },
    ownedByOthers: {
      ...subjects,
      description: "Who may create a namespace for other owners than himself.",
      default: [],
    },
    controllers: {
      description:
        "User names, exact, of controllers that write in everybody's namespaces, besides Kubernetes' own.",
      type: "array",
      items: text,
      default: [],
      examples: [["system:serviceaccount:flux-system:kustomize-controller"]],
    },
    systemControllers: {
      description: "Kubernetes' own controllers: user names, exact.",
      type: "array",
      items: text,
      default: SYSTEM_CONTROLLERS,
      examples: [["system:kube-controller-manager", "system:kube-scheduler"]],
    },
    reservedNames: {
      description:
        "Names of namespaces that tenants cannot have, besides those of which this configuration names accounts: " +
        "exact, or the beginning of names and a star.",
      type: "array",
      items: { type: "string", pattern: "^[a-z0-9][-a-z0-9]{0,62}\\*?$" },
      default: [],
      examples: [["monitoring", "istio-*"]],
    },
    unowned: {
      description:
        "What a namespace without an owner is: open to whom RBAC lets in, or closed to all but administrators.",
      type: "string",
      enum: ["open", "closed"],
      default: "open",
    },
    clusterRoles: {
      description: "What the RoleBindings of each owned namespace give.",
      type: "object",
      additionalProperties: false,
      default: {},
      examples: [{ owners: "admin", members: "edit", grantable: ["view"] }],
      properties: {
        owners: { ...text, description: "The ClusterRole of owners.", default: "admin" },
        members: { ...text, description: "The ClusterRole of members.", default: "edit" },
        grantable: {
          description:
            "Further ClusterRoles that RoleBindings of tenants may give; Roles of the namespace they always may.",
          type: "array",
          items: text,
          default: ["view"],
        },
      },
    },
    protectedKeys: {
      description:
        "Labels and annotations of a namespace that its tenants may not set; one that ends in a slash is a prefix. " +
        "A list of yours takes this one's place.",
      type: "array",
      items: text,
      default: [
        "pod-security.kubernetes.io/",
        "scheduler.alpha.kubernetes.io/",
        "quota.gatewright.dev/",
      ],
      examples: [["pod-security.kubernetes.io/", "plan"]],
    },
    refusedSubjects: {
      ...subjects,
      description:
        "Who cannot be an owner or a member, but by an administrator: those that stand for everybody or nobody.",
      default: [
        { kind: "User", name: "system:anonymous" },
        { kind: "Group", name: "system:unauthenticated" },
        { kind: "Group", name: "system:authenticated" },
        { kind: "Group", name: "system:serviceaccounts" },
      ],
    },
    maxNamespacesPerOwner: {
      description:
        "How many namespaces one user, group or service account may have created; what was created for others counts for the first owner.",
      type: "integer",
      minimum: 1,
      // What is reserved is kept in one ConfigMap for each creator.
      maximum: 1000,
      examples: [10],
    },
    reservationsNamespace: {
      description:
        "Where ConfigMaps are kept for namespaces that are being created, with maxNamespacesPerOwner.",
      type: "string",
      pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
      default: "kube-system",
      examples: ["gatewright-system"],
    },
  },
} as const satisfies ConfigSchema;

/** The configuration as the plugin reads it, defaults filled in. */
export type Config = ConfigOf<typeof CONFIG>;

/** The configuration as a user writes it. */
export type ConfigWritten = ConfigInput<typeof CONFIG>;
