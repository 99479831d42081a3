import type { PolicyRule } from "@gatewright/core";

/** What of the cluster the registration is about. */
export interface RegistrationAccess {
  /** Of both webhook configurations. @default "gatewright" */
  readonly name?: string | undefined;
  /** Where the server lives. */
  readonly namespace: string;
  /** Whose rollout is waited for. @default "gatewright" */
  readonly deployment?: string | undefined;
  /** Who owns the configurations. @default that of the Deployment */
  readonly clusterRole?: string | undefined;
}

/** The Lease by which replicas agree on who writes the configurations of a name: several may live in one namespace. */
export function leaseOf(name: string): string {
  return `${name}-registration`;
}

/**
 * What RBAC is to let a server do that registers itself: rules of a ClusterRole, and of a Role of its own namespace.
 * Everything by its name, but for what RBAC knows no name of: what is yet to be made, and lists.
 */
export function registrationPolicyRules(access: RegistrationAccess): {
  cluster: PolicyRule[];
  namespace: PolicyRule[];
} {
  const { name = "gatewright", namespace, deployment = "gatewright" } = access;
  const { clusterRole = deployment } = access;
  const group = ["admissionregistration.k8s.io"] as const;
  const kinds = ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"];
  return {
    cluster: [
      ...kinds.flatMap((kind): PolicyRule[] => [
        { apiGroups: group, resources: [kind], verbs: ["create", "list", "watch"] },
        {
          apiGroups: group,
          resources: [kind],
          verbs: ["get", "update", "patch", "delete"],
          resourceNames: [name],
        },
      ]),
      { apiGroups: [""], resources: ["namespaces"], verbs: ["get"], resourceNames: [namespace] },
      {
        apiGroups: ["rbac.authorization.k8s.io"],
        resources: ["clusterroles"],
        verbs: ["get", "patch"],
        resourceNames: [clusterRole],
      },
    ],
    namespace: [
      {
        apiGroups: ["apps"],
        resources: ["deployments"],
        verbs: ["get"],
        resourceNames: [deployment],
      },
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
      { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
      {
        apiGroups: ["coordination.k8s.io"],
        resources: ["leases"],
        verbs: ["get", "update"],
        resourceNames: [leaseOf(name)],
      },
    ],
  };
}
