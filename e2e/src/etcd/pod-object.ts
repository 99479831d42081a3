import type { ControlPlane } from "@gatewright/testing/control-plane";

/** As much of a Pod as its scheduler and its kubelet read. */
export interface PodObject {
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    labels?: Record<string, string>;
    deletionTimestamp?: string;
    ownerReferences?: { kind: string; name: string }[];
  };
  spec: { nodeName?: string; containers: { name: string; image: string }[] };
  status: { phase: string; conditions?: { type: string; status: string }[] };
}

/** The pods of a namespace. */
export async function listPods(plane: ControlPlane, namespace: string): Promise<PodObject[]> {
  const { status, text, body } = await plane.request(`/api/v1/namespaces/${namespace}/pods`);
  if (status !== 200) throw new Error(`the pods of ${namespace} cannot be listed: ${text}`);
  return body.items as PodObject[];
}

/** Path of a pod. */
export function pathOf({ metadata }: PodObject): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
}

export function isPodReady({ status }: PodObject): boolean {
  return status.conditions?.some((one) => one.type === "Ready" && one.status === "True") ?? false;
}

/** The number at the end of a StatefulSet's pod. */
export function ordinalOf({ metadata }: PodObject): number {
  return Number(/-(\d+)$/.exec(metadata.name)?.[1] ?? 0);
}
