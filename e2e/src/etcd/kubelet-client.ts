import type { ApiRequest, ControlPlane } from "@gatewright/testing/control-plane";
import { ordinalOf, pathOf, type PodObject } from "./pod-object.ts";

/** What a kubelet writes. Its calls are those of the pod's node, by name and group. */
export interface KubeletClient {
  /** Says that the pod runs, and whether it is ready. */
  report(pod: PodObject, ready: boolean): Promise<void>;
  /** The final delete: the pod's processes are gone. */
  remove(pod: PodObject): Promise<void>;
}

/** @param refuse called with what the API server did not let it do */
export function createKubeletClient(
  plane: ControlPlane,
  refuse: (refusal: string) => void,
): KubeletClient {
  const call = async (what: string, pod: PodObject, path: string, request: ApiRequest) => {
    const { status, text, body } = await plane.request(path, {
      ...request,
      headers: {
        "impersonate-user": `system:node:${pod.spec.nodeName}`,
        "impersonate-group": "system:nodes",
      },
    });
    // Gone or made anew meanwhile.
    if (status < 300 || status === 404 || status === 409) return;
    refuse(`${what} ${pod.metadata.name}: ${status} ${body?.message ?? text}`);
  };

  return {
    report: (pod, ready) =>
      call("status", pod, `${pathOf(pod)}/status`, {
        method: "PATCH",
        contentType: "application/strategic-merge-patch+json",
        body: { metadata: { uid: pod.metadata.uid }, status: statusOf(pod, ready) },
      }),
    remove: (pod) =>
      call("delete", pod, pathOf(pod), {
        method: "DELETE",
        body: {
          apiVersion: "v1",
          kind: "DeleteOptions",
          gracePeriodSeconds: 0,
          preconditions: { uid: pod.metadata.uid },
        },
      }),
  };
}

function statusOf(pod: PodObject, ready: boolean): object {
  const now = new Date().toISOString();
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? "True" : "False",
    lastTransitionTime: now,
  });
  const podIP = `10.244.0.${10 + ordinalOf(pod)}`;
  return {
    phase: "Running",
    ...{ podIP, podIPs: [{ ip: podIP }] },
    conditions: [
      condition("PodReadyToStartContainers", true),
      condition("Initialized", true),
      condition("ContainersReady", ready),
      condition("Ready", ready),
    ],
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      ...{ name, image, ready, imageID: "", restartCount: 0, started: true },
      state: { running: { startedAt: now } },
    })),
  };
}
