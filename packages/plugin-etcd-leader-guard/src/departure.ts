import type { Rule, ValidateRequest } from "@gatewright/core";

/** The doors by which a pod leaves that admission sees. An eviction is followed by no DELETE. */
export const RULES = [
  { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["DELETE"] },
  { apiGroups: [""], apiVersions: ["v1"], resources: ["pods/eviction"], operations: ["CREATE"] },
] as const satisfies readonly Rule[];

/** A request by which a pod is to go: its DELETE, or its eviction. */
export type Departure = ValidateRequest<typeof RULES>;

/** The pod's name. On each item of a deletecollection the request itself has none. */
export function podNameOf(departure: Departure): string {
  // Each part of a request that is read costs: all of them as much as the rest of a review.
  if (departure.name) return departure.name;
  const { operation, object, oldObject } = departure;
  return (operation === "DELETE" ? oldObject : object).metadata?.name ?? "";
}

/** The pod that is to go, as it was. */
export type DeletedPod = Extract<Departure, { operation: "DELETE" }>["oldObject"];

/** A pod, as far as it is known: an eviction carries none, and it may have been looked up. */
export type KnownPod = DeletedPod | null | undefined;

/** The pod's uid, where it is known: an eviction itself tells only as its precondition. */
export function podUidOf({ operation, object }: Departure, pod: KnownPod): string | undefined {
  const asked = operation === "CREATE" ? object.deleteOptions?.preconditions?.uid : undefined;
  return asked ?? pod?.metadata?.uid;
}

/** The pod's addresses: none where it is not known, and of a pod that has none yet. */
export function podIPsOf(pod: KnownPod): readonly string[] {
  const { podIP, podIPs } = pod?.status ?? {};
  const all = [podIP, ...(podIPs ?? []).map(({ ip }) => ip)];
  return [...new Set(all.filter((ip) => typeof ip === "string" && ip !== ""))] as string[];
}

/**
 * Whether nothing is to happen in the end. An eviction may say so in its own `deleteOptions` alone
 * (`pkg/registry/core/pod/storage/eviction.go`).
 */
export function isDryRun({ dryRun, operation, object }: Departure): boolean {
  if (dryRun === true) return true;
  return operation === "CREATE" && (object.deleteOptions?.dryRun ?? []).includes("All");
}

/**
 * How many seconds the pod may take to stop: as the request says, else as the pod does; undefined
 * where neither tells.
 */
export function gracePeriodSecondsOf(departure: Departure, pod: KnownPod): number | undefined {
  const { operation, object, options } = departure;
  // `options` may be missing where the API server is older than 1.15.
  const asked =
    operation === "CREATE" ? object.deleteOptions?.gracePeriodSeconds : options?.gracePeriodSeconds;
  return asked ?? pod?.spec?.terminationGracePeriodSeconds ?? undefined;
}

/**
 * Whether the API server removes the pod at once, so that no final DELETE follows: without a grace period,
 * or where it has no node yet (`pkg/registry/core/pod/strategy.go`, `CheckGracefulDelete`).
 */
export function isForced(departure: Departure, pod: KnownPod): boolean {
  if (gracePeriodSecondsOf(departure, pod) === 0) return true;
  return pod ? !pod.spec?.nodeName : false;
}

/** The end of a pod that was terminating: with this DELETE it is removed. */
export interface PodEnd {
  readonly pod: string;
  readonly podUid: string | undefined;
  /** Whether its own kubelet says so, which it does when the pod's processes have ended. */
  readonly proven: boolean;
  /** RFC 3339. */
  readonly at: string;
}

/**
 * The end of a pod, where this is the DELETE that removes it: of one that is terminating already, without
 * a grace period. Anybody may send it; a kubelet does when all has ended (`pkg/kubelet/status/status_manager.go`).
 */
export function podEndOf(departure: Departure): PodEnd | undefined {
  const { operation, oldObject, options, userInfo } = departure;
  if (operation !== "DELETE" || !oldObject.metadata?.deletionTimestamp) return undefined;
  if (options?.gracePeriodSeconds !== 0 || isDryRun(departure)) return undefined;
  const node = oldObject.spec?.nodeName;
  const proven = !!node && userInfo.username === `system:node:${node}`;
  const at = new Date().toISOString();
  return { pod: podNameOf(departure), podUid: oldObject.metadata.uid, proven, at };
}
