import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ClusterConnection } from "@gatewright/core";
import { type ControlPlane, createOrphanGuard } from "@gatewright/testing/control-plane";
import { type Followed, follow } from "./follow.ts";
import { createKubeletCalls, type KubeletCalls } from "./kubelet-calls.ts";
import { type PodLife, startPodLife } from "./pod-life.ts";
import { isEnding, type Pod, pathOf } from "./pod-object.ts";
import type { Endpoint } from "./service-rules.ts";

/** Plays scheduler and kubelets to the pods of our own Deployments: each is a process of this machine. */
export interface Nodes {
  /** Where on this machine a pod's port is; undefined where nothing runs there. */
  portOf(endpoint: Endpoint): number | undefined;
  /** How many pods have begun to live here so far. */
  begun(): number;
  /** How each process ended, such as `exit code 0`, or `SIGKILL` where its grace was too short. */
  readonly endings: readonly string[];
  /** What the API server did not let a node do. */
  readonly refused: readonly string[];
  /** All processes end at once, and none begins: nobody is left to tell the API server. */
  powerOff(): void;
  powerOn(): void;
  /** Ends all processes; what the API server knows of pods stays as it is. */
  close(): Promise<void>;
}

/** The nodes there are; each is a user of the control plane by this name, in the group `system:nodes`. */
export const nodeNames = ["node-0", "node-1"] as const;

/** Our own pods. All others stay as they are, on no node. */
function isOurs({ metadata }: Pod): boolean {
  return metadata.labels?.["app.kubernetes.io/name"] === "gatewright";
}

export async function startNodes(
  plane: ControlPlane,
  connection: ClusterConnection,
  folder: string,
): Promise<Nodes> {
  const logs = join(folder, "logs");
  await mkdir(logs, { recursive: true });
  const refused: string[] = [];
  const endings: string[] = [];
  const power = { isOn: true };
  const guard = createOrphanGuard(folder);
  const lives = new Map<string, PodLife>();
  // Where pods go, from before the API server has said so.
  const bound = new Map<string, string>();
  const kubelets = new Map<string, KubeletCalls>();
  let begun = 0;
  let pods: Followed<"v1/pods"> | undefined;
  const over = new AbortController();

  const bind = async (pod: Pod): Promise<void> => {
    const { name = "", uid = "" } = pod.metadata;
    const on = (node: string) => [...bound.values()].filter((one) => one === node).length;
    const [node = ""] = nodeNames.toSorted((a, b) => on(a) - on(b));
    bound.set(uid, node);
    await plane.request(`${pathOf(pod)}/binding`, {
      headers: { "impersonate-user": "system:kube-scheduler" },
      body: {
        ...{ apiVersion: "v1", kind: "Binding", metadata: { name, uid } },
        target: { apiVersion: "v1", kind: "Node", name: node },
      },
    });
  };
  const begin = (pod: Pod, calls: KubeletCalls): PodLife => {
    const podIP = `10.244.${begun >> 8}.${begun & 255}`;
    begun++;
    const shared = { plane, guard, folder, logs, endings, power, closing: over.signal };
    return startPodLife(pod, { ...shared, calls, podIP });
  };
  const look = (): void => {
    const all = (pods?.items() ?? []).filter(isOurs);
    for (const pod of all) {
      const { uid = "", deletionGracePeriodSeconds = 30 } = pod.metadata;
      const { nodeName } = pod.spec;
      const life = lives.get(uid);
      if (nodeName === undefined) {
        if (isEnding(pod) || bound.has(uid)) continue;
        // Tried again at the next change; a pod that has gone meanwhile is no pod to bind.
        void bind(pod).catch(() => bound.delete(uid));
      } else if (life === undefined) {
        const calls = kubelets.get(nodeName);
        if (calls === undefined) continue;
        const begins = begin(pod, calls);
        lives.set(uid, begins);
        void begins.over.finally(() => lives.delete(uid));
      } else if (isEnding(pod)) {
        life.end(deletionGracePeriodSeconds);
      }
    }
    const uids = new Set(all.map(({ metadata }) => metadata.uid ?? ""));
    for (const uid of bound.keys()) if (!uids.has(uid)) bound.delete(uid);
    for (const [uid, life] of lives) {
      // Forced away.
      if (!uids.has(uid)) life.end(0);
    }
  };

  for (const name of nodeNames) {
    const calls = createKubeletCalls(plane, name, (what) => refused.push(what));
    await calls.register();
    kubelets.set(name, calls);
  }
  const heartbeats = (async () => {
    while (!over.signal.aborted) {
      await delay(10_000, undefined, { signal: over.signal }).catch(() => {});
      if (over.signal.aborted) return;
      for (const calls of kubelets.values()) await calls.renewLease().catch(() => {});
    }
  })();
  pods = await follow(connection, "v1/pods", look);

  return {
    refused,
    endings,
    powerOff() {
      power.isOn = false;
      for (const life of lives.values()) life.kill();
    },
    powerOn() {
      power.isOn = true;
    },
    begun: () => begun,
    portOf: ({ ip }) => [...lives.values()].find(({ podIP }) => podIP === ip)?.port(),
    async close() {
      over.abort();
      await pods?.close();
      await heartbeats;
      const ended = [...lives.values()].map((life) => {
        life.end(0);
        return life.over;
      });
      await Promise.all(ended);
      await guard.release();
    },
  };
}
