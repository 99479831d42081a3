import type { ClusterConnection, KubernetesObject } from "@gatewright/core";
import type { OwnerReference } from "./webhook-configurations.ts";

const RBAC = "rbac.authorization.k8s.io/v1";
const CLUSTER_ROLES = `${RBAC}/clusterroles`;

/** With what the configurations go. */
export interface Owner {
  readonly references: readonly OwnerReference[];
  /** The object is being deleted: nothing is to be made that would be deleted next. */
  readonly isLeaving: boolean;
}

/**
 * The installation's ClusterRole as the owner of its configurations, and the Namespace as the owner of that, so that the
 * cluster's garbage collector takes them away with either, in whatever order an installation is removed. (An owner of
 * what has no namespace cannot have one; with both as owners the configurations would wait for both.)
 *
 * Where there is no such ClusterRole, the Namespace owns them. Of the ClusterRole, owner references alone are written,
 * which RBAC lets pass whatever is in it (`IsOnlyMutatingGCFields` in pkg/registry/rbac).
 *
 * @throws Error where it belongs to another Namespace: another installation has the same name, and these configurations would
 *   go with that one.
 */
export async function ownerOf(
  connection: Pick<ClusterConnection, "get" | "apply">,
  clusterRole: string,
  namespace: KubernetesObject,
): Promise<Owner> {
  const { name = "", uid: namespaceUid = "" } = namespace.metadata ?? {};
  const owner: OwnerReference = { apiVersion: "v1", kind: "Namespace", name, uid: namespaceUid };
  const found = await connection.get(CLUSTER_ROLES, clusterRole);
  if (found === undefined) return { references: [owner], isLeaving: false };
  const { uid = "", deletionTimestamp, ownerReferences = [] } = found.metadata ?? {};
  const isLeaving = deletionTimestamp !== undefined;
  const other = ownerReferences.find((one) => one.kind === "Namespace" && one.name !== name);
  if (other !== undefined) {
    throw new Error(
      `ClusterRole ${clusterRole} belongs to Namespace ${other.name}: an installation there has the same name. Choose another deployment.name, or remove that one and apply the manifests again`,
    );
  }
  if (!isLeaving && !ownerReferences.some((one) => one.uid === namespaceUid)) {
    // With its uid: else a ClusterRole that is deleted meanwhile would be made anew, without rules.
    const metadata = { name: clusterRole, uid, ownerReferences: [owner] };
    await connection.apply(
      CLUSTER_ROLES,
      { apiVersion: RBAC, kind: "ClusterRole", metadata },
      { fieldManager: "gatewright-registration" },
    );
  }
  const reference = { apiVersion: RBAC, kind: "ClusterRole", name: clusterRole, uid };
  return { references: [reference], isLeaving };
}
