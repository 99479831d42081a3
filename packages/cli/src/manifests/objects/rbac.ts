import type { ObjectToWrite, PolicyRule } from "@gatewright/core";
import { clusterScoped, namespaced } from "../labels.ts";
import type { Installation } from "../installation.ts";
import type { Manifest } from "../manifest.ts";

const API = "rbac.authorization.k8s.io";

/** The server's account. Only the pod mounts its token, and only where the server calls the API server. */
export function serviceAccountObject(installation: Installation) {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: namespaced(installation),
    automountServiceAccountToken: false,
  } as const satisfies ObjectToWrite<"v1/serviceaccounts">;
}

/** What the account may do: roles with a binding each, and none where there is nothing to allow. */
export function rbacManifests(installation: Installation): Manifest[] {
  const { name, namespace, clusterRules, namespacedRules } = installation;
  const subjects = [{ kind: "ServiceAccount", name, namespace }] as const;
  const manifests: Manifest[] = [];
  if (clusterRules.length > 0) {
    const metadata = clusterScoped(installation);
    const roleRef = { apiGroup: API, kind: "ClusterRole", name } as const;
    manifests.push(
      { object: { ...role("ClusterRole", metadata), rules: clusterRules.map(plain) } },
      { object: { ...role("ClusterRoleBinding", metadata), roleRef, subjects } },
    );
  }
  for (const { namespace: where, rules } of namespacedRules) {
    if (rules.length === 0) continue;
    const metadata = { ...namespaced(installation), namespace: where };
    const roleRef = { apiGroup: API, kind: "Role", name } as const;
    manifests.push(
      { object: { ...role("Role", metadata), rules: rules.map(plain) } },
      { object: { ...role("RoleBinding", metadata), roleRef, subjects } },
    );
  }
  return manifests;
}

function role<Metadata extends object>(kind: string, metadata: Metadata) {
  return { apiVersion: `${API}/v1`, kind, metadata };
}

function plain({ apiGroups, resources, verbs, resourceNames }: PolicyRule) {
  return {
    apiGroups,
    resources,
    ...(resourceNames !== undefined && { resourceNames }),
    verbs,
  };
}
