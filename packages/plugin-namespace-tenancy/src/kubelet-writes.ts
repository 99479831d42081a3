import type { User } from "./ownership.ts";

/**
 * What a kubelet writes in namespaces, as `operation group/resource`: the rules of the Node authorizer
 * (kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go, NodeRules). Which objects of them are
 * its own, the NodeRestriction admission plugin knows.
 */
const WRITES: ReadonlySet<string> = new Set([
  "CREATE /pods",
  "DELETE /pods",
  "UPDATE /pods/status",
  "CREATE /pods/eviction",
  "CREATE /events",
  "UPDATE /events",
  "CREATE events.k8s.io/events",
  "UPDATE events.k8s.io/events",
  "CREATE /serviceaccounts/token",
  "UPDATE /persistentvolumeclaims/status",
  "CREATE coordination.k8s.io/leases",
  "UPDATE coordination.k8s.io/leases",
  "DELETE coordination.k8s.io/leases",
  "CREATE authorization.k8s.io/localsubjectaccessreviews",
  "CREATE certificates.k8s.io/podcertificaterequests",
]);

/** What of a request tells whether it is one of those. */
export interface KubeletFacts {
  readonly operation: string;
  readonly resource: { readonly group: string; readonly resource: string };
  readonly subResource?: string | undefined;
  readonly userInfo: User;
}

/** Whether a kubelet does what kubelets do. A node's name is no way into anything else. */
export function isKubeletWrite(request: KubeletFacts): boolean {
  const { userInfo } = request;
  if (userInfo.username?.startsWith("system:node:") !== true) return false;
  if (userInfo.groups?.includes("system:nodes") !== true) return false;
  const { operation, resource, subResource = "" } = request;
  const what = `${resource.group}/${resource.resource}`;
  return WRITES.has(`${operation} ${what}${subResource === "" ? "" : `/${subResource}`}`);
}
