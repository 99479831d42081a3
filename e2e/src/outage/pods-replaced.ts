import { waitUntil } from "@gatewright/testing/control-plane";
import type { Stage } from "../stage/stage.ts";
import { all, type Ask, type Happened, kubelet } from "./asker.ts";

/**
 * A Deployment's pod, from the controllers' hands to the kubelet's: made, put on a node, started, and gone. The controllers
 * are kube-controller-manager's own; what they are refused, the Deployment tells.
 */
export async function podsReplaced(stage: Stage, ask: Ask, namespace: string): Promise<Happened> {
  const { plane } = stage;
  const name = "drill";
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const metadata = { labels: { app: name } };
  const spec = { containers: [{ name: "main", image: "example.com/app:1" }] };
  const body = {
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, template: { metadata, spec } },
  };
  if ((await ask(deployments, { body })) === "blocked") return "blocked";
  const made = await waitUntil(
    async () => {
      const { items } = (await plane.request(`${pods}?labelSelector=app%3D${name}`)).body;
      if (items.length > 0) return items[0].metadata.name as string;
      const { status } = (await plane.request(`${deployments}/${name}`)).body;
      const conditions = (status.conditions ?? []) as { type: string; message: string }[];
      const failure = conditions.find(({ type }) => type === "ReplicaFailure");
      return failure?.message.includes("failed calling webhook") ? "blocked" : undefined;
    },
    { what: `a pod in ${namespace}, or why there is none` },
  );
  if (made === "blocked") return "blocked";
  const pod = `${pods}/${made}`;
  const target = { apiVersion: "v1", kind: "Node", name: "worker-1" };
  return all(
    () =>
      ask(
        `${pod}/binding`,
        { body: { metadata: { name: made }, target } },
        { as: "system:kube-scheduler" },
      ),
    () =>
      ask(`${pod}/status`, { method: "PATCH", body: { status: { phase: "Running" } } }, kubelet),
    () =>
      ask(`${deployments}/${name}`, { method: "DELETE", body: { propagationPolicy: "Orphan" } }),
    () => ask(pod, { method: "DELETE", body: { gracePeriodSeconds: 0 } }, kubelet),
  );
}
