import type { Kinds } from "@gatewright/core";

export type Pod = Kinds["v1/pods"];

/** Our pods have one. */
export function containerOf({ spec }: Pod) {
  return spec.containers?.[0];
}

/** Path of a pod. */
export function pathOf({ metadata }: Pod): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
}

export function isPodReady({ status }: Pod): boolean {
  return status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") ?? false;
}

export function isEnding({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}
