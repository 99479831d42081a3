import type { ApiRequest, ApiResponse, ControlPlane } from "@gatewright/testing/control-plane";
import { type Pod, pathOf } from "./pod-object.ts";

/** What a kubelet says of a pod. */
export interface PodReport {
  readonly podIP: string;
  readonly ready: boolean;
  readonly restartCount: number;
  /** While its container runs. */
  readonly running: boolean;
  /** Why it does not. */
  readonly reason?: string;
}

/** The calls of one node, which makes them under its own name. */
export interface KubeletCalls {
  /** Makes the Node, ready, and its Lease. */
  register(): Promise<void>;
  /** Without it, the node's pods count as unready after 50 s. */
  renewLease(): Promise<void>;
  get(path: string): Promise<ApiResponse>;
  /** A token of the pod's service account, that is good for as long as the pod is there. */
  token(pod: Pod, expirationSeconds: number | undefined): Promise<string>;
  report(pod: Pod, report: PodReport): Promise<void>;
  /** The final delete: the pod's processes are gone. */
  remove(pod: Pod): Promise<void>;
}

/** As whom a kubelet calls; for `users` of `startControlPlane`. */
export const kubeletUser = (node: string) => `system:node:${node}`;

/** @param refused called with what the API server did not let it do */
export function createKubeletCalls(
  plane: ControlPlane,
  node: string,
  refused: (what: string) => void,
): KubeletCalls {
  const call = async (path: string, request: ApiRequest = {}): Promise<ApiResponse> => {
    const answer = await plane.request(path, { ...request, user: kubeletUser(node) });
    const { status, text } = answer;
    // Gone, there already or changed meanwhile.
    if (status >= 400 && status !== 404 && status !== 409) {
      refused(`${request.method ?? "GET"} ${path}: ${status} ${text}`);
    }
    return answer;
  };
  // No refusal where it is refused: the node authorizer learns of a pod a moment after its kubelet, which asks again.
  const early = (path: string, body?: object) =>
    plane.request(path, { user: kubeletUser(node), ...(body && { body }) });
  const lease = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases`;
  const leaseSpec = () => ({
    holderIdentity: node,
    leaseDurationSeconds: 40,
    renewTime: new Date().toISOString().replace("Z", "000Z"),
  });

  return {
    async register() {
      const labels = { "kubernetes.io/hostname": node };
      await call("/api/v1/nodes", { body: { metadata: { name: node, labels } } });
      await call(lease, { body: { metadata: { name: node }, spec: leaseSpec() } });
      const now = new Date().toISOString();
      const ready = { type: "Ready", status: "True", reason: "KubeletReady", message: "" };
      await call(`/api/v1/nodes/${node}/status`, {
        method: "PATCH",
        contentType: "application/strategic-merge-patch+json",
        body: {
          status: {
            conditions: [{ ...ready, lastTransitionTime: now, lastHeartbeatTime: now }],
            capacity: { cpu: "4", memory: "8Gi", pods: "110" },
            allocatable: { cpu: "4", memory: "8Gi", pods: "110" },
          },
        },
      });
    },
    async renewLease() {
      await call(`${lease}/${node}`, { method: "PATCH", body: { spec: leaseSpec() } });
    },
    get: (path) => early(path),
    async token({ metadata, spec }, expirationSeconds = 3_600) {
      const { namespace, name, uid } = metadata;
      const account = `/api/v1/namespaces/${namespace}/serviceaccounts/${spec.serviceAccountName}`;
      const boundObjectRef = { apiVersion: "v1", kind: "Pod", name, uid };
      const { body, status, text } = await early(`${account}/token`, {
        spec: { audiences: [], expirationSeconds, boundObjectRef },
      });
      if (status >= 300) throw new Error(`no token: ${text}`);
      return body.status.token as string;
    },
    async report(pod, report) {
      await call(`${pathOf(pod)}/status`, {
        method: "PATCH",
        contentType: "application/strategic-merge-patch+json",
        body: { metadata: { uid: pod.metadata.uid }, status: statusOf(pod, report) },
      });
    },
    async remove(pod) {
      await call(pathOf(pod), {
        method: "DELETE",
        body: {
          apiVersion: "v1",
          kind: "DeleteOptions",
          gracePeriodSeconds: 0,
          preconditions: { uid: pod.metadata.uid },
        },
      });
    },
  };
}

function statusOf(pod: Pod, { podIP, ready, running, restartCount, reason }: PodReport): object {
  const now = new Date().toISOString();
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? "True" : "False",
    lastTransitionTime: now,
  });
  const state = running
    ? { running: { startedAt: now }, waiting: null }
    : { waiting: { reason: reason ?? "ContainerCreating" }, running: null };
  return {
    phase: running || restartCount > 0 ? "Running" : "Pending",
    ...{ podIP, podIPs: [{ ip: podIP }] },
    conditions: [
      condition("PodReadyToStartContainers", true),
      condition("Initialized", true),
      condition("ContainersReady", ready),
      condition("Ready", ready),
    ],
    containerStatuses: (pod.spec.containers ?? []).map(({ name, image = "" }) => ({
      ...{ name, image, ready, imageID: "", restartCount, started: running, state },
    })),
  };
}
