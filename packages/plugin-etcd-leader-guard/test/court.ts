// What departures are judged with, made of its parts, so that a test can stand between them.
import { silentLogger } from "@gatewright/core";
import type { EtcdCluster } from "@gatewright/testing/control-plane";
import { createClusterView } from "../src/cluster-view.ts";
import type { ClusterConfig } from "../src/config.ts";
import { createConnections } from "../src/connections.ts";
import type { Court } from "../src/court.ts";
import { createGrants, type Grants } from "../src/grants.ts";
import type { ClusterMetrics } from "../src/guard-metrics.ts";
import type { Departing } from "../src/judgement.ts";
import { createSpareLease } from "../src/leasing.ts";

/** A court, and how it is closed. */
export interface OpenCourt {
  readonly court: Court;
  close(): Promise<void>;
}

const metrics: ClusterMetrics = { looked() {}, grants() {}, verdict() {} };

/**
 * Opens a court over a real etcd; nobody watches beside it.
 *
 * @param between what stands between the court and its grants
 */
export async function openCourt(
  etcd: EtcdCluster,
  more: Partial<ClusterConfig> = {},
  between: (grants: Grants) => Grants = (grants) => grants,
): Promise<OpenCourt> {
  const config: ClusterConfig = {
    name: "main",
    namespace: "etcd",
    selector: { matchLabels: { app: "etcd" } },
    podName: "{member}",
    members: { endpoints: [...etcd.endpoints], pods: etcd.members.map(({ name }) => name) },
    tls: {},
    leader: "deny",
    singleMember: "deny",
    twoMembers: "deny",
    learner: "deny",
    unreadable: "deny",
    callTimeoutMilliseconds: 2_000,
    grantSeconds: 60,
    observeSeconds: 3_600,
    retryAfterSeconds: 1,
    maximumLag: 5_000,
    ...more,
  };
  const connections = await createConnections({ endpoints: etcd.endpoints });
  const own = createGrants(connections, config.callTimeoutMilliseconds);
  const grants = between(own);
  const log = silentLogger;
  const view = createClusterView(config, { connections, grants }, { metrics, log });
  const spare = createSpareLease({ grants, view }, config);
  const watch = { hurry() {}, giveBackLater() {} };
  return {
    court: { config, connections, grants, view, log, spare, watch },
    async close() {
      await own.settled();
      await connections.close();
    },
  };
}

/** One that asks for this pod, and has ten seconds. */
export function departingOf(pod: string, more: Partial<Departing> = {}): Departing {
  return {
    pod: { name: pod, ips: [] },
    podUid: `uid-of-${pod}`,
    gracePeriodSeconds: 10,
    forced: false,
    dryRun: false,
    deadline: Date.now() + 10_000,
    annotation: "break-glass",
    ...more,
  };
}
