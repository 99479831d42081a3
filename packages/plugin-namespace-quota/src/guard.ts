import type { Administrators } from "./config.ts";
import { KEPT_NAME } from "./kept-name.ts";
import type { Write } from "./namespace-rules.ts";
import { nameOf, type QuotaRequest } from "./request.ts";

/**
 * Who counts: kube-apiserver's quota admission, by its loopback client, and the quota controller, under its own account
 * or under that of all controllers.
 */
const COUNTING: readonly string[] = [
  "system:apiserver",
  "system:kube-controller-manager",
  "system:serviceaccount:kube-system:resourcequota-controller",
];

/** Who clears away what a namespace or an owner has left. They start with nothing that a user has not ended. */
const CLEARING: readonly string[] = [
  "system:kube-controller-manager",
  "system:serviceaccount:kube-system:generic-garbage-collector",
  "system:serviceaccount:kube-system:namespace-controller",
];

const KINDS: Readonly<Record<string, string>> = {
  resourcequotas: "ResourceQuota",
  limitranges: "LimitRange",
};

/** Whether a request is about a ResourceQuota or a LimitRange with the kept name. */
export function isOfKept(request: QuotaRequest, { resource }: Write): boolean {
  return Object.hasOwn(KINDS, resource) && nameOf(request) === KEPT_NAME;
}

/** Whether the system itself does what it has to do with a kept object. */
export function isSystemsOwn({ userInfo }: QuotaRequest, write: Write): boolean {
  const user = userInfo.username ?? "";
  if (write.operation === "DELETE") return CLEARING.includes(user);
  return write.operation === "UPDATE" && write.subResource === "status" && COUNTING.includes(user);
}

/**
 * Whether what the system has put into a namespace goes with the namespace, or is going already. The garbage collector
 * has no part in it: a user could give the object an owner that there is not, and have it deleted so.
 */
export function isClearedAway({ userInfo, oldObject }: QuotaRequest): boolean {
  if (oldObject?.metadata?.deletionTimestamp) return true;
  return userInfo.username === "system:serviceaccount:kube-system:namespace-controller";
}

/** Whether a user is an administrator, by exact name or group. */
export function isAdministrator(
  { userInfo }: QuotaRequest,
  administrators: Administrators,
): boolean {
  const { username, groups = [] } = userInfo;
  return administrators.some(({ kind, name, namespace }) => {
    if (kind === "Group") return groups.includes(name);
    // A service account is known by its user name alone.
    return username === (kind === "User" ? name : `system:serviceaccount:${namespace}:${name}`);
  });
}

/** Why a kept object cannot be changed, made or deleted by a user. */
export function keptDenial({ operation, resource }: Write, namespace: string): string {
  const kind = KINDS[resource] ?? resource;
  const of = `${kind} "${KEPT_NAME}" of namespace "${namespace}"`;
  if (operation === "CREATE") return `${of}: the name is Gatewright's own; choose another`;
  const verb = operation === "DELETE" ? "deleted" : "changed";
  return `${of} is kept by Gatewright as its configuration says: it can be ${verb} by administrators only`;
}

/** Why what the system has put into a namespace cannot be deleted by a user. */
export function builtInDenial({ resource }: Write, name: string, namespace: string): string {
  return (
    `${resource} "${name}" of namespace "${namespace}" is the system's, and not counted against the ` +
    "namespace's quota: it can be deleted by administrators only"
  );
}
