import {
  type DeepReadonly,
  definePlugin,
  type KubernetesObject,
  type Rule,
} from "@gatewright/core";

/** Set to "false" on an object, it is left alone. */
const ANNOTATION = "required-labels.example.com/enabled";

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ */
const LABELS = [
  "app.kubernetes.io/name",
  "app.kubernetes.io/instance",
  "app.kubernetes.io/version",
  "app.kubernetes.io/component",
  "app.kubernetes.io/part-of",
  "app.kubernetes.io/managed-by",
];

const PLACEHOLDER = "not_available";

const rules = [
  {
    apiGroups: ["apps"],
    apiVersions: ["v1"],
    resources: ["deployments"],
    operations: ["CREATE", "UPDATE"],
  },
  {
    apiGroups: [""],
    apiVersions: ["v1"],
    resources: ["services"],
    operations: ["CREATE", "UPDATE"],
  },
] as const satisfies readonly Rule[];

/** Deployments and Services have the six recommended labels. */
export default definePlugin({
  name: "required-labels",
  config: {
    type: "object",
    additionalProperties: false,
    properties: {
      missing: {
        description: "Whether a missing label is added, or the object refused.",
        enum: ["add", "refuse"],
        default: "add",
      },
    },
  },
  mutate: {
    rules,
    sideEffects: "None",
    handle({ object }, { config }) {
      if (config.missing === "refuse" || isLeftAlone(object)) return;
      object.metadata ??= {};
      object.metadata.labels ??= {};
      // One that is there but empty is its author's mistake, which the validator shows them.
      for (const label of LABELS) object.metadata.labels[label] ??= PLACEHOLDER;
    },
  },
  validate: {
    rules,
    sideEffects: "None",
    handle({ object }, { deny }) {
      if (isLeftAlone(object)) return;
      const labels = object.metadata?.labels ?? {};
      for (const label of LABELS) {
        const field = `metadata.labels[${label}]`;
        const value = labels[label];
        if (value === undefined || value === null) deny(`label ${label} is required`, { field });
        else if (value === "") deny(`label ${label} must not be empty`, { field });
      }
    },
  },
});

function isLeftAlone({ metadata }: DeepReadonly<KubernetesObject>): boolean {
  // What is on its way out only loses its finalizers, which nothing should hold up.
  if (metadata?.deletionTimestamp) return true;
  return metadata?.annotations?.[ANNOTATION] === "false";
}
