import type { Logger } from "@gatewright/core";
import { createClusterView } from "./cluster-view.ts";
import type { ClusterConfig } from "./config.ts";
import type { PodEnd } from "./departure.ts";
import { createConnections, type Reach } from "./connections.ts";
import { createGrants } from "./grants.ts";
import type { ClusterMetrics } from "./guard-metrics.ts";
import { createJudge } from "./judge.ts";
import type { Departing, Judgement } from "./judgement.ts";
import { createSpareLease } from "./leasing.ts";
import { podNamesOf } from "./member-of-pod.ts";
import type { Member } from "./member-status.ts";
import { startWatch } from "./watch.ts";

/** A guarded cluster, from setup to close. */
export interface GuardedCluster {
  readonly config: ClusterConfig;
  readonly metrics: ClusterMetrics;
  /** The members' pods as far as they are known. */
  pods(): ReadonlySet<string>;
  /** Whether a pod of any name may be a member's. */
  isOpen(): boolean;
  /** Never rejects. */
  judge(departing: Departing): Promise<Judgement>;
  /** Has a pod counted that goes whatever is said; resolves with whose grant was taken. Never rejects. */
  countIn(departing: Departing): Promise<Member | undefined>;
  /** A pod that may be a member's is removed with this. */
  podEnded(end: PodEnd): void;
  close(): Promise<void>;
}

/**
 * Looks at the cluster once and goes on watching it. A cluster that cannot be read is no reason to
 * fail: its pods are then under the policy for that.
 */
export async function openGuardedCluster(
  config: ClusterConfig,
  metrics: ClusterMetrics,
  log: Logger,
): Promise<GuardedCluster> {
  const { callTimeoutMilliseconds: timeoutMs } = config;
  const { caFile } = config.tls;
  const tls = caFile === undefined ? undefined : { ...config.tls, caFile };
  const connections = await createConnections(reachOf(config), tls);
  const grants = createGrants(connections, timeoutMs);
  const view = createClusterView(config, { connections, grants }, { metrics, log });
  const spare = createSpareLease({ grants, view }, config);
  const watch = await startWatch(
    { view, grants, spare },
    { observeSeconds: config.observeSeconds, timeoutMs },
    { metrics, log },
  );
  const court = createJudge({ config, connections, grants, view, spare, log, watch });
  return {
    config,
    metrics,
    pods: view.pods,
    isOpen: view.isOpen,
    async judge(departing) {
      const judgement = await court.judge(departing);
      metrics.verdict(judgement.allowed ? "allow" : "deny", judgement.reason);
      metrics.grants(grants.last()?.grants.length ?? 0);
      return judgement;
    },
    countIn: court.countIn,
    podEnded: watch.podEnded,
    async close() {
      await Promise.all([watch.close(), court.settled()]);
      await spare.drop();
      await grants.settled();
      await connections.close();
    },
  };
}

function reachOf({ members, podName, namespace }: ClusterConfig): Reach {
  const { template, pods = [], endpoints = [] } = members;
  if (template === undefined) return { endpoints };
  return { template, pods, namespace, podsOf: (member) => podNamesOf(member, podName) };
}
