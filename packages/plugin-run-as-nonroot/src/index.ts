import { definePlugin } from "@gatewright/core";
import {
  containersOf,
  isForWindows,
  newEphemeralContainers,
  type PodSecurity,
  type RunAs,
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
    handle({ namespace, object: { spec } }, { config }) {
      if (!spec || isLeftAlone(spec, namespace, config.skippedNamespaces)) return;
      const { runAsNonRoot, runAsUser } = spec.securityContext ?? {};
      if (typeof runAsNonRoot === "boolean") return;
      spec.securityContext ??= {};
      spec.securityContext.runAsNonRoot = runAsUser !== 0;
      if (runAsUser === 0) return;
      if (typeof runAsUser !== "number") spec.securityContext.runAsUser = config.runAsUser;
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
    handle({ namespace, object: { spec }, oldObject }, { config, deny, warn }) {
      if (!spec || isLeftAlone(spec, namespace, config.skippedNamespaces)) return;
      const pod = spec.securityContext ?? {};
      const podIsNew = oldObject === null;
      const containers = podIsNew
        ? containersOf(spec)
        : newEphemeralContainers(spec, oldObject.spec ?? {});
      const refusals = refusalsOf({ pod, containers, podIsNew, strict: config.strict });
      for (const { field, message } of refusals) deny(message, { field });
      // Here and not in the mutator, which would have to look into every container of every pod.
      if (refusals.length === 0 || !podIsNew || !isOfOurMaking(pod, config.runAsUser)) return;
      for (const { path, own } of containers) {
        if (own.runAsUser !== 0 || typeof own.runAsNonRoot === "boolean") continue;
        warn(
          `${path} has runAsUser 0; a pod that leaves runAsNonRoot unset gets true, as this did`,
        );
      }
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

/** Whether a pod has what the mutator sets where a pod says nothing. */
function isOfOurMaking({ runAsNonRoot, runAsUser }: RunAs, ourUser: number): boolean {
  return runAsNonRoot === true && runAsUser === ourUser;
}
