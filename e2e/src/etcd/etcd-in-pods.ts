import {
  type ControlPlane,
  type EtcdCluster,
  type EtcdOptions,
  startEtcd,
  waitUntil,
} from "@gatewright/testing/control-plane";
import { type EtcdKubelet, startEtcdKubelet } from "./etcd-kubelet.ts";
import { etcdManifests } from "./etcd-manifests.ts";
import { isPodReady, listPods } from "./pod-object.ts";

export interface EtcdInPodsOptions extends Omit<EtcdOptions, "start"> {
  members: number;
}

/** An etcd cluster that a StatefulSet runs, as far as the API server can tell. */
export interface EtcdInPods {
  etcd: EtcdCluster;
  kubelet: EtcdKubelet;
  /** Waits until each member has a pod that is ready, and the cluster is healthy. */
  untilReady(): Promise<void>;
  /** Takes the StatefulSet and its pods away, then ends the cluster. */
  stop(): Promise<void>;
}

/**
 * Starts a StatefulSet `etcd` with its Service and PodDisruptionBudget, and a cluster whose members
 * `etcd-0`, `etcd-1` and so on are the processes of its pods. Resolves when all are ready.
 */
export async function startEtcdInPods(
  plane: ControlPlane,
  namespace: string,
  options: EtcdInPodsOptions,
): Promise<EtcdInPods> {
  const { members, auth = false } = options;
  // Authentication is turned on by members that run; the pods find them running then.
  const etcd = await startEtcd({ ...options, start: auth });
  const kubelet = startEtcdKubelet({ plane, namespace, etcd });
  const inNamespace = ["--namespace", namespace];

  const untilReady = async () => {
    await waitUntil(
      async () => {
        const ready = (await listPods(plane, namespace)).filter(isPodReady);
        const names = new Set(ready.map(({ metadata }) => metadata.name));
        return etcd.members.every(({ name }) => names.has(name));
      },
      { what: `the etcd pods of ${namespace} to be ready`, timeoutMs: 60_000 },
    );
    await etcd.healthy();
  };
  const stop = async () => {
    try {
      const kinds = ["statefulset/etcd", "service/etcd", "poddisruptionbudget/etcd"];
      await plane.kubectl([...inNamespace, "delete", ...kinds, "--ignore-not-found"]);
      await waitUntil(
        async () => !(await listPods(plane, namespace)).some(({ metadata }) => isOurs(metadata)),
        { what: `the etcd pods of ${namespace} to go`, timeoutMs: 60_000 },
      );
    } finally {
      await kubelet.stop();
      await etcd.stop();
    }
  };

  try {
    const input = etcdManifests(members);
    const applied = await plane.kubectl([...inNamespace, "apply", "-f", "-"], { input });
    if (applied.exitCode !== 0) throw new Error(applied.stderr);
    await untilReady();
  } catch (error) {
    await stop();
    throw error;
  }
  return { etcd, kubelet, untilReady, stop };
}

function isOurs({ ownerReferences = [] }: { ownerReferences?: { name: string }[] }): boolean {
  return ownerReferences.some(({ name }) => name === "etcd");
}
