import { type ClusterSource, createPipeline, type Plugin } from "@gatewright/core";
import { PLUGINS_WEBHOOK } from "./admit.ts";
import { createFakeCluster } from "./fake-cluster.ts";

/** What is reconciled. */
export interface ReconcileOptions {
  /**
   * A connection, which is left open, or what makes one.
   * @default an empty `createFakeCluster()`
   */
  cluster?: ClusterSource;
}

/**
 * Lets a plugin reconcile as a server that holds its Lease would: every object that there is, then whatever changes
 * by that, until nothing is left to do. What it asks for by `requeueAfterSeconds` is not waited for.
 *
 * @throws ConfigurationError, GatewrightError as `createServer` does at its start.
 * @throws whatever `reconcile.handle` throws, at once; Error where it changes things again and again.
 * @example
 * const cluster = createFakeCluster({ objects: [namespace] });
 * await reconcile(quota(), { cluster });
 * await cluster.get("v1/resourcequotas", "default", { namespace: "shop" });
 */
export async function reconcile(plugin: Plugin, options: ReconcileOptions = {}): Promise<void> {
  const { cluster = () => createFakeCluster() } = options;
  const webhooks = { [PLUGINS_WEBHOOK]: { plugins: [plugin] } };
  const pipeline = await createPipeline({ webhooks, cluster, reconcile: false });
  try {
    if (plugin.definition.reconcile === undefined) {
      throw new TypeError(`plugin "${plugin.name}" has no reconcile`);
    }
    await pipeline.reconcile();
  } finally {
    await pipeline.close();
  }
}
