import type { ControlPlane } from "@gatewright/testing/control-plane";
import { readyNodes } from "./nodes.ts";
import { ordinalOf, pathOf, type PodObject } from "./pod-object.ts";

/**
 * Plays the scheduler: binds each pod that has no node to the free node with the fewest of these
 * pods, and of several such nodes to that of its ordinal. While all nodes are cordoned, pods wait.
 */
export async function bindPods(plane: ControlPlane, pods: readonly PodObject[]): Promise<void> {
  const unbound = pods.filter(
    ({ metadata, spec }) => !spec.nodeName && !metadata.deletionTimestamp,
  );
  if (unbound.length === 0) return;
  const free = (await readyNodes(plane)).toSorted();
  const load = new Map(free.map((name) => [name, 0]));
  for (const { spec } of pods) {
    const { nodeName = "" } = spec;
    if (load.has(nodeName)) load.set(nodeName, (load.get(nodeName) ?? 0) + 1);
  }
  for (const pod of unbound) {
    const least = Math.min(...load.values());
    const own = ordinalOf(pod) % free.length;
    const fromOwn = [...free.slice(own), ...free.slice(0, own)];
    const node = fromOwn.find((name) => load.get(name) === least);
    if (node === undefined) return;
    load.set(node, least + 1);
    // A pod that has gone meanwhile is no pod to bind.
    await plane.request(`${pathOf(pod)}/binding`, {
      headers: { "impersonate-user": "system:kube-scheduler" },
      body: {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { name: pod.metadata.name, uid: pod.metadata.uid },
        target: { apiVersion: "v1", kind: "Node", name: node },
      },
    });
  }
}
