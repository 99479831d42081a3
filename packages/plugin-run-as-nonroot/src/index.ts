import { definePlugin } from "@gatewright/core";
import {
  containersOf,
  forEachOwnSetting,
  isForWindows,
  newEphemeralContainers,
  type PodSecurity,
} from "./pod-security.ts";
import { refusalsOf } from "./refusals.ts";

/**
 * Lets pods run as a user other than root: sets what they leave open, and refuses those that
 * contradict themselves. It wants both phases; its README has the options and all cases.
 *
 * @example
 * runAsNonRoot({ runAsUser: 10001, strict: true })
 */
export default definePlugin({
  name: "run-as-nonroot",
  config: {
    type: "object",
    additionalProperties: false,
    properties: {
      runAsUser: {
        description: "The uid of pods that say neither runAsNonRoot nor runAsUser.",
        type: "integer",
        minimum: 1,
        // Kubernetes takes no larger one (apimachinery/pkg/util/validation, IsValidUserID).
        maximum: 2_147_483_647,
        default: 1234,
      },
      skippedNamespaces: {
        description: "Namespaces whose pods are neither changed nor refused.",
        type: "array",
        items: { type: "string", pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$" },
        default: ["kube-system", "kube-public"],
      },
      strict: {
        description: "Whether to refuse every container that could run as root.",
        type: "boolean",
        default: false,
      },
    },
  },
  mutate: {
    rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
    sideEffects: "None",
    handle({ namespace, object: { spec } }, { config, warn }) {
      if (!spec || isLeftAlone(spec, namespace, config.skippedNamespaces)) return;
      const { runAsNonRoot, runAsUser } = spec.securityContext ?? {};
      if (typeof runAsNonRoot === "boolean") return;
      spec.securityContext ??= {};
      spec.securityContext.runAsNonRoot = runAsUser !== 0;
      if (runAsUser === 0) return;
      if (typeof runAsUser !== "number") spec.securityContext.runAsUser = config.runAsUser;
      // They will be refused for a runAsNonRoot that their author never wrote.
      forEachOwnSetting(spec, (own, list, index) => {
        if (own.runAsUser !== 0 || typeof own.runAsNonRoot === "boolean") return;
        const path = `spec.${list}[${index}]`;
        warn(`${path} has runAsUser 0, but its pod left runAsNonRoot unset, and so got true`);
      });
    },
  },
  validate: {
    rules: [
      { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] },
      // Nothing else that decides about root can be changed in a pod that exists.
      {
        apiGroups: [""],
        apiVersions: ["v1"],
        resources: ["pods/ephemeralcontainers"],
        operations: ["UPDATE"],
      },
    ],
    sideEffects: "None",
    handle({ namespace, object: { spec }, oldObject }, { config, deny }) {
      if (!spec || isLeftAlone(spec, namespace, config.skippedNamespaces)) return;
      const refusals = refusalsOf({
        pod: spec.securityContext ?? {},
        containers:
          oldObject === null
            ? containersOf(spec)
            : newEphemeralContainers(spec, oldObject.spec ?? {}),
        podIsNew: oldObject === null,
        strict: config.strict,
      });
      for (const { field, message } of refusals) deny(message, { field });
    },
  },
});

function isLeftAlone(
  spec: PodSecurity,
  namespace: string | undefined,
  skippedNamespaces: readonly string[],
): boolean {
  return isForWindows(spec) || skippedNamespaces.includes(namespace ?? "");
}
