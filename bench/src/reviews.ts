/** A container as a Helm chart writes it, about 1 KB of JSON. */
function container(index: number): object {
  return {
    name: `worker-${index}`,
    image: `example.com/team/worker-${index}:1.4.${index}`,
    command: ["/bin/worker", "--port", String(8080 + index)],
    env: Array.from({ length: 10 }, (_, variable) => ({
      name: `SETTING_${variable}`,
      value: `the value of setting ${variable}`,
    })),
    resources: {
      limits: { cpu: "500m", memory: "128Mi" },
      requests: { cpu: "100m", memory: "64Mi" },
    },
    volumeMounts: [{ name: "data", mountPath: "/data" }],
    terminationMessagePath: "/dev/termination-log",
    imagePullPolicy: "IfNotPresent",
  };
}

/** A Pod without a securityContext, as `kubectl apply` sends it. */
export function pod(containers: number, name = "bench"): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels: { "app.kubernetes.io/name": "bench" } },
    spec: {
      containers: Array.from({ length: containers }, (_, index) => container(index)),
      volumes: [{ name: "data", emptyDir: {} }],
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
    },
  };
}

/** The AdmissionReview of that Pod's creation, as kube-apiserver 1.36 sends it. */
export function review(containers: number): string {
  const kind = { group: "", version: "v1", kind: "Pod" };
  const resource = { group: "", version: "v1", resource: "pods" };
  return JSON.stringify({
    kind: "AdmissionReview",
    apiVersion: "admission.k8s.io/v1",
    request: {
      uid: "0ab1c2d3-4e5f-6071-8293-a4b5c6d7e8f9",
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: "bench",
      namespace: "default",
      operation: "CREATE",
      userInfo: { username: "alice", groups: ["developers", "system:authenticated"] },
      object: pod(containers),
      oldObject: null,
      dryRun: false,
      options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1" },
    },
  });
}

/** The sizes that are measured: about 4 KB and about 60 KB of review. */
export const sizes: readonly { name: string; body: string }[] = [
  { name: "4 KB", body: review(4) },
  { name: "60 KB", body: review(67) },
];
