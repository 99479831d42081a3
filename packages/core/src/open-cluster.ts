import { inspect } from "node:util";
import type { ClusterAccess } from "./cluster-access.ts";
import type { ClusterConnection } from "./cluster-connection.ts";
import { ConfigurationError, type ConfigurationIssue, pointerOf } from "./configuration-error.ts";
import { GatewrightError } from "./errors.ts";
import type { Logger } from "./log.ts";
import type { MetricFamily } from "./plugin-metrics.ts";
import type { LoadedWebhook } from "./webhook.ts";
import { startCaches } from "./cluster/caches.ts";
import { type Clock, systemClock } from "./cluster/clock.ts";
import { countCalls } from "./cluster/counted-calls.ts";
import { type Behind, createFence } from "./cluster/fence.ts";
import { createUsername } from "./cluster/username.ts";

/**
 * A connection, which is left open at the end; or what makes one, which is called only where a plugin
 * needs a cluster, and whose connection is closed with the plugins.
 */
export type ClusterSource =
  | ClusterConnection
  | (() => ClusterConnection | Promise<ClusterConnection>);

/** What the plugins of one pipeline share of a cluster. */
export interface OpenCluster {
  /** Where all plugins' reads and writes go; undefined where there is no cluster. */
  readonly behind: Behind | undefined;
  /** Resources that a plugin reads and that are not followed now. */
  staleReads(access: ClusterAccess): string[];
  metrics(): MetricFamily[];
  close(): Promise<void>;
}

const NO_CLUSTER: OpenCluster = {
  behind: undefined,
  staleReads: () => [],
  metrics: () => [],
  close: async () => {},
};

/** Plugins that need a cluster where there is none, each with what to write. */
export function missingCluster(webhooks: readonly LoadedWebhook[]): ConfigurationIssue[] {
  return webhooks.flatMap((webhook) =>
    webhook.plugins.flatMap(({ name, access }, index) => {
      const needed = [...new Set([...access.reads, ...access.writes.keys()])];
      if (needed.length === 0) return [];
      const message =
        `plugin "${name}" needs a cluster, for ${needed.join(", ")}: write cluster: {} into the ` +
        "configuration file, or in code createServer({ cluster: () => connectCluster() }), " +
        "of @gatewright/kubernetes";
      const pointer = pointerOf("webhooks", webhook.name, "plugins", String(index));
      return [{ code: "GW_CONFIG_INVALID" as const, pointer, message }];
    }),
  );
}

/**
 * Connects the cluster where a plugin needs one, begins to follow what the plugins read, and gives each its
 * way to it.
 *
 * @throws ConfigurationError where a plugin needs a cluster, and none is given.
 * @throws GatewrightError `GW_CLUSTER_CONFIG` where none can be had.
 */
export async function openCluster(
  webhooks: readonly LoadedWebhook[],
  given: ClusterSource | undefined,
  log: Logger,
  clock: Clock = systemClock,
): Promise<OpenCluster> {
  const missing = missingCluster(webhooks);
  if (missing.length === 0) return NO_CLUSTER;
  if (given === undefined) throw new ConfigurationError(missing);
  const own = typeof given === "function" ? await connect(given) : undefined;
  const { connection, metrics } = countCalls(own ?? (given as ClusterConnection));
  const plugins = webhooks.flatMap((webhook) => webhook.plugins);
  const resources = plugins.flatMap(({ access }) => [...access.reads]);
  const caches = startCaches({ connection, resources, log, clock });
  const behind = { connection, cacheOf: caches.of, username: createUsername(connection, clock) };
  for (const plugin of plugins) {
    plugin.openCluster = createFence(plugin.name, plugin.access, behind);
  }
  return {
    behind,
    staleReads: ({ reads }) => [...reads].filter((resource) => caches.of(resource)?.isStale()),
    metrics: () => [...caches.metrics(), ...metrics()],
    async close() {
      await caches.close();
      await own?.close();
    },
  };
}

async function connect(
  make: () => ClusterConnection | Promise<ClusterConnection>,
): Promise<ClusterConnection> {
  try {
    return await make();
  } catch (cause) {
    if (cause instanceof GatewrightError) throw cause;
    const reason = cause instanceof Error ? cause.message : inspect(cause);
    const message = `the cluster cannot be connected: ${reason}`;
    throw new GatewrightError("GW_CLUSTER_CONFIG", message, { cause });
  }
}
