import type { Phase } from "@gatewright/core";

/** Resources of both kinds, by the phase that they are for. */
export const CONFIGURATIONS: Readonly<Record<Phase, string>> = {
  mutate: "admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
  validate: "admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
};
