import type { PolicyRule } from "@gatewright/core";

/** Which Secret. */
export interface CertificateAccess {
  /** @default "gatewright-tls" */
  readonly name?: string | undefined;
  /** Where the rules' Role is to be: rules themselves name no namespace. */
  readonly namespace?: string | undefined;
}

/** What RBAC is to let a server do that keeps its certificate in a Secret: rules of a Role in the Secret's namespace. */
export function certificatePolicyRules({
  name = "gatewright-tls",
}: CertificateAccess = {}): PolicyRule[] {
  const secrets = { apiGroups: [""], resources: ["secrets"] } as const;
  return [
    // What is yet to be made has no name that RBAC knows.
    { ...secrets, verbs: ["create"] },
    { ...secrets, verbs: ["get", "update"], resourceNames: [name] },
  ];
}

/**
 * The rest of it, for a ClusterRole: whether callers trust the next CA is read from the webhooks that are registered.
 * Without it, a CA is not replaced before it has run out. `registrationPolicyRules` has it, too.
 */
export function certificateClusterPolicyRules(): PolicyRule[] {
  return ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"].map((resource) => ({
    apiGroups: ["admissionregistration.k8s.io"],
    resources: [resource],
    verbs: ["list"],
  }));
}
