import { setTimeout as delay } from "node:timers/promises";
import type { ControlPlane, EtcdCluster } from "@gatewright/testing/control-plane";
import { bindPods } from "./etcd-scheduler.ts";
import { createKubeletClient } from "./kubelet-client.ts";
import { etcdLabel } from "./nodes.ts";
import { isPodReady, listPods, type PodObject } from "./pod-object.ts";

export interface EtcdKubeletOptions {
  plane: ControlPlane;
  /** The namespace whose pods with `etcdLabel` it runs. */
  namespace: string;
  /** Its members are the pods' processes: of a pod's own name, and with data that outlive the pod. */
  etcd: EtcdCluster;
}

/** Plays scheduler and kubelets for the etcd pods of one namespace. */
export interface EtcdKubelet {
  /**
   * What the API server refused to let it do, which no webhook has a right to: `<what> <pod>:
   * <status> <message>`.
   */
  refused: readonly string[];
  /** Ends it; pods and processes stay as they are. */
  stop(): Promise<void>;
}

/** What is under way for one pod's name. */
interface Work {
  /** Of the pod for which the process was started. */
  uid?: string;
  life?: Promise<void>;
  probe?: Promise<void>;
}

/**
 * A pod's process starts once for each pod, when that is on a node; what a test ends then, stays
 * ended until the pod is made anew. When the pod is deleted, the process gets its SIGTERM, and the
 * pod goes when the process has gone, as with a kubelet; a pod that is forced away loses it at once.
 * The pod is ready while its member serves.
 *
 * A pod of a StatefulSet that is no member of `etcd` waits until it is one. Other pods with the label
 * run without a process.
 */
export function startEtcdKubelet(options: EtcdKubeletOptions): EtcdKubelet {
  const { plane, namespace, etcd } = options;
  const refused: string[] = [];
  const works = new Map<string, Work>();
  const over = new AbortController();
  const client = createKubeletClient(plane, (refusal) => refused.push(refusal));
  const memberOf = (name: string) => etcd.members.find((member) => member.name === name);

  const live = async (name: string, work: Work, pod: PodObject | undefined) => {
    const member = memberOf(name);
    if (work.uid !== undefined && work.uid !== pod?.metadata.uid) {
      await member?.stop();
      delete work.uid;
    } else if (pod?.metadata.deletionTimestamp !== undefined) {
      await member?.stop();
      await client.remove(pod);
    } else if (pod?.spec.nodeName !== undefined && pod.status.phase === "Pending") {
      if (!member && pod.metadata.ownerReferences?.some(({ kind }) => kind === "StatefulSet"))
        return;
      work.uid = pod.metadata.uid;
      await member?.start({ untilReady: false });
      await client.report(pod, false);
    }
  };

  const probe = async (pod: PodObject) => {
    const ready = await serves(etcd, pod.metadata.name);
    if (ready !== isPodReady(pod)) await client.report(pod, ready);
  };

  const look = async () => {
    const pods = (await listPods(plane, namespace)).filter(isEtcd);
    await bindPods(plane, pods);
    const byName = new Map(pods.map((pod) => [pod.metadata.name, pod]));
    for (const name of new Set([...byName.keys(), ...works.keys()])) {
      const pod = byName.get(name);
      const work = works.get(name) ?? {};
      works.set(name, work);
      // A probe that hangs must not hold up the end of its pod.
      work.life ??= live(name, work, pod).finally(() => delete work.life);
      if (pod?.status.phase === "Running" && work.uid === pod.metadata.uid) {
        work.probe ??= probe(pod).finally(() => delete work.probe);
      }
    }
  };

  const running = (async () => {
    while (!over.signal.aborted) {
      // The API server may be away for a while.
      await look().catch(() => {});
      await delay(50, undefined, { signal: over.signal }).catch(() => {});
    }
    for (const { life, probe: asked } of works.values()) {
      await life;
      await asked;
    }
  })();

  return {
    refused,
    async stop() {
      over.abort();
      await running;
    },
  };
}

function isEtcd({ metadata }: PodObject): boolean {
  return Object.entries(etcdLabel).every(([key, value]) => metadata.labels?.[key] === value);
}

/** As etcd's `/readyz`, which a learner never passes. A pod without a member serves, too. */
async function serves(etcd: EtcdCluster, name: string): Promise<boolean> {
  const member = etcd.members.find((one) => one.name === name);
  if (!member) return true;
  if (!member.running || member.frozen) return false;
  try {
    if ((await etcd.status(name)).isLearner) return true;
    await etcd.call("/v3/kv/range", { key: "AA==" }, { member: name, timeoutMs: 1_000 });
    return true;
  } catch {
    return false;
  }
}
