import { etcdLabel } from "./nodes.ts";

/**
 * A headless Service, a StatefulSet and a PodDisruptionBudget, all called `etcd`: pods `etcd-0`,
 * `etcd-1` and so on, made at once, since a member alone never becomes ready.
 */
export function etcdManifests(replicas: number): object {
  const metadata = { name: "etcd", labels: etcdLabel };
  const selector = { matchLabels: etcdLabel };
  return {
    apiVersion: "v1",
    kind: "List",
    items: [
      {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: {
          clusterIP: "None",
          publishNotReadyAddresses: true,
          selector: etcdLabel,
          ports: [
            { name: "client", port: 2379 },
            { name: "peer", port: 2380 },
          ],
        },
      },
      {
        apiVersion: "apps/v1",
        kind: "StatefulSet",
        metadata,
        spec: {
          ...{ serviceName: "etcd", replicas, selector, podManagementPolicy: "Parallel" },
          template: {
            metadata: { labels: etcdLabel },
            spec: { containers: [{ name: "etcd", image: "etcd" }] },
          },
        },
      },
      {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata,
        spec: { maxUnavailable: 1, selector },
      },
    ],
  };
}
