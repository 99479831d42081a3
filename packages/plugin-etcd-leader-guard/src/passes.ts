import type { DeletedPod, Departure } from "./departure.ts";

/** Who gets past the guard. All are compared exactly. */
export interface BreakGlass {
  readonly users: readonly string[];
  readonly groups: readonly string[];
  /** The key of a pod's annotation, whose value is the reason. */
  readonly annotation: string;
}

/** Why a pod may go without a look at its cluster. */
export type Pass =
  /** It is going already: the kubelet's final DELETE must not be held up, or the pod hangs. */
  | { readonly reason: "terminating" }
  /** Its processes have ended: only without it can its controller make another. */
  | { readonly reason: "finished" }
  /** The picture of a static pod, which the kubelet runs from a file whatever becomes of the picture. */
  | { readonly reason: "mirror" }
  /** The end of a namespace, with which all of the cluster goes. */
  | { readonly reason: "controller" }
  /** Pod garbage collection: the other members stay, and the pod is to be counted. */
  | { readonly reason: "controller"; readonly counts: true }
  /** To be counted, and to be told: `warning` to the user, `audit` to the audit log. */
  | {
      readonly reason: "break-glass";
      readonly counts: true;
      readonly warning: string;
      readonly audit: string;
    };

/** Controllers that only clear away what has ended, or what an administrator has ended. */
const POD_GC = "system:serviceaccount:kube-system:pod-garbage-collector";
const NAMESPACES = "system:serviceaccount:kube-system:namespace-controller";

/** The pass of a request, if it has one. */
export function passOf(departure: Departure, breakGlass: BreakGlass): Pass | undefined {
  const { operation, oldObject, userInfo } = departure;
  if (operation === "DELETE" && oldObject.metadata?.deletionTimestamp) {
    return { reason: "terminating" };
  }
  if (operation === "DELETE" && hasNoProcess(oldObject)) return { reason: "finished" };
  if (operation === "DELETE" && oldObject.metadata?.annotations?.[MIRROR] !== undefined) {
    return { reason: "mirror" };
  }
  const user = userInfo.username ?? "";
  if (user === NAMESPACES) return { reason: "controller" };
  if (user === POD_GC) return { reason: "controller", counts: true };
  const why = reasonToBreakGlass(departure, user, breakGlass);
  if (why === undefined) return undefined;
  return {
    reason: "break-glass",
    counts: true,
    warning: `etcd-leader-guard was passed by without a look at the cluster: ${why}`,
    audit: `${user}: ${why}`,
  };
}

/** The API server lets nobody add it to a pod or take it away (`pkg/apis/core/validation`). */
const MIRROR = "kubernetes.io/config.mirror";

/** Failed and succeeded pods never run again. */
function hasNoProcess({ status }: DeletedPod): boolean {
  return status?.phase === "Failed" || status?.phase === "Succeeded";
}

function reasonToBreakGlass(
  { operation, oldObject, userInfo }: Departure,
  user: string,
  { users, groups, annotation }: BreakGlass,
): string | undefined {
  if (user !== "" && users.includes(user)) return `user "${user}" may break the glass`;
  const group = userInfo.groups?.find((each) => groups.includes(each));
  if (group !== undefined) return `group "${group}" may break the glass`;
  if (operation !== "DELETE") return undefined;
  const annotations = oldObject.metadata?.annotations;
  if (!annotations || !Object.hasOwn(annotations, annotation)) return undefined;
  const value = annotations[annotation]?.trim() ?? "";
  return value === "" ? undefined : `annotation ${annotation}: ${value}`;
}
