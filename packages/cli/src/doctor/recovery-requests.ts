import { type Request, requestFor, type RequestInShort } from "./request.ts";

/** A kubelet. */
export const node = {
  username: "system:node:worker-1",
  groups: ["system:nodes", "system:authenticated"],
};
/** A controller of kube-controller-manager, by its account. */
export const controller = (name: string): RequestInShort => ({
  username: `system:serviceaccount:kube-system:${name}`,
  groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
});
/** A component of the control plane. */
export const component = (name: string): RequestInShort => ({
  username: `system:${name}`,
  groups: ["system:authenticated"],
});
const of = requestFor;
export const update = { operation: "UPDATE" } as const;

/** What brings pods of a namespace up: created, put on a node, and started. */
export function podRequests(namespace: string, labels: Request["labels"] = {}): Request[] {
  const here = { namespace, labels };
  return [
    of("apps/v1/replicasets", { ...here, ...controller("deployment-controller") }),
    of("v1/pods", { ...here, ...controller("replicaset-controller") }),
    of("v1/pods/binding", { namespace, ...component("kube-scheduler") }),
    of("v1/pods/status", { ...here, ...update, ...node }),
    // The kubelet's last one, without which a pod stays Terminating, and holds its name.
    of("v1/pods", { ...here, ...node, operation: "DELETE" }),
  ];
}

/** What servers write for themselves: who leads, and their certificates. */
export function ownRequests(namespace: string): Request[] {
  return [
    of("coordination.k8s.io/v1/leases", { ...update, namespace }),
    of("v1/secrets", { ...update, namespace }),
  ];
}

/** What lets a Service know its pods. */
export function endpointRequests(namespace: string, name: string): Request[] {
  const labels = { "kubernetes.io/service-name": name };
  return (["CREATE", "UPDATE"] as const).map((operation) =>
    of("discovery.k8s.io/v1/endpointslices", {
      operation,
      namespace,
      labels,
      ...controller("endpointslice-controller"),
    }),
  );
}
