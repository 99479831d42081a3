import { definePlugin } from "@gatewright/core";

/** A pod as a user writes it. */
export const pod = (name: string, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "shop" },
  spec: { containers: [{ name: "web", image: "nginx" }], ...spec },
});

/** The rule of most plugins in these tests. */
export const pods = [
  {
    apiGroups: [""],
    apiVersions: ["v1"],
    resources: ["pods"],
    operations: ["CREATE", "UPDATE"],
  },
] as const;

/** A plugin as it should be: it denies, warns, annotates and patches, and has a configuration. */
export const wellBehaved = definePlugin({
  name: "well-behaved",
  config: {
    type: "object",
    additionalProperties: false,
    properties: { class: { type: "string", minLength: 3, default: "standard" } },
  },
  mutate: {
    rules: pods,
    sideEffects: "None",
    handle({ object: { spec } }, { config, audit }) {
      if (spec.priorityClassName !== undefined) return;
      spec.priorityClassName = config.class;
      audit("class", config.class);
    },
  },
  validate: {
    rules: pods,
    sideEffects: "None",
    handle({ object: { spec } }, { deny, warn }) {
      if (spec.hostNetwork) deny("no host network", { field: "spec.hostNetwork" });
      if (spec.hostPID) deny("no host PID", { field: "spec.hostPID", reason: "Invalid" });
      if (spec.nodeName !== undefined) warn(`bound to ${spec.nodeName}`);
    },
  },
});
