import type { AdmissionRequest } from "@gatewright/core";
import { deletes } from "@gatewright/testing";
import { NAMESPACE } from "./guarded.ts";

/** A pod as a StatefulSet has it, about 2 KB of JSON. */
function podOf(name: string, namespace: string, app: string) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      uid: "6c1b0ab2-0d3f-4a52-9d8c-9a5f0f1f7c11",
      resourceVersion: "4711",
      creationTimestamp: "2026-01-02T03:04:05Z",
      labels: { app, "statefulset.kubernetes.io/pod-name": name },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "StatefulSet", name: app, uid: "1", controller: true },
      ],
    },
    spec: {
      nodeName: "node-1",
      terminationGracePeriodSeconds: 30,
      containers: [
        {
          name: app,
          image: `example.com/${app}:1.2.3`,
          command: [`/usr/local/bin/${app}`, "--data-dir=/data", `--name=${name}`],
          env: Array.from({ length: 8 }, (_, index) => ({
            name: `SETTING_${index}`,
            value: `the value of setting ${index}`,
          })),
          volumeMounts: [{ name: "data", mountPath: "/data" }],
        },
      ],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: `data-${name}` } }],
    },
    status: { phase: "Running", podIP: "10.1.2.3", podIPs: [{ ip: "10.1.2.3" }] },
  };
}

/** The deletion of a guarded member's pod. */
export function deletionOf(pod: string): AdmissionRequest {
  return deletes(podOf(pod, NAMESPACE, "etcd"), { user: "alice" });
}

/** Deletions that are no business of the guard's. */
export const unguarded: readonly { name: string; request: AdmissionRequest }[] = [
  { name: "in another namespace", request: deletes(podOf("web-0", "shop", "web")) },
  { name: "in the same namespace", request: deletes(podOf("web-0", NAMESPACE, "web")) },
];

/** A request as the API server sends it. */
export function bodyOf(request: AdmissionRequest): string {
  return JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request });
}
