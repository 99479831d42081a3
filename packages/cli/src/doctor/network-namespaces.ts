import type { Patient } from "./check.ts";

/** Namespaces of networks that are not in kube-system. */
const CNI_NAMESPACES = [
  "calico-system",
  "tigera-operator",
  "calico-apiserver",
  "cilium",
  "kube-flannel",
  "kube-ovn",
  "antrea-system",
  "weave",
  "openshift-ovn-kubernetes",
  "openshift-sdn",
  "openshift-multus",
];

/** Of those, the ones that there are. */
export function networkNamespaces({ world }: Patient): string[] {
  const there = new Set([
    ...world.all("Namespace").map(({ name }) => name),
    ...world.workloads.map(({ namespace }) => namespace),
  ]);
  return CNI_NAMESPACES.filter((name) => there.has(name));
}
