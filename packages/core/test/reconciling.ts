// A server's reconcilers, in a time that passes when a test says so.
import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { startCaches } from "../src/cluster/caches.ts";
import { createFence } from "../src/cluster/fence.ts";
import { definePlugin } from "../src/plugin.ts";
import type { ReconcilingPlugin } from "../src/reconcile/concerned-keys.ts";
import type { AnyReconcileHook } from "../src/reconcile-hook.ts";
import { startReconcilers } from "../src/reconcile/reconcilers.ts";
import type { KubernetesObject } from "../src/rule-types.ts";
import { loadWebhooks } from "../src/webhook.ts";
import { createFakeClock, settled } from "./fake-clock.ts";
import { recordingLogger } from "./lines.ts";

export const SECOND = 1_000;
export const asTest = { fieldManager: "test" };
export const namespace = (name: string, labels: Record<string, string> = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
export const configMap = (of: string, name: string, team = of) =>
  ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: of, labels: { team } },
  }) as const;

/** A server's reconcilers, on a cluster in memory. */
export async function reconciling(
  hook: Partial<AnyReconcileHook> & Pick<AnyReconcileHook, "handle">,
  { connection = createFakeCluster({ objects: [namespace("shop")] }), identity = "one" } = {},
) {
  const clock = createFakeClock();
  const log = recordingLogger();
  const plugin = definePlugin({
    name: "quota",
    writes: { "v1/configmaps": ["create"] },
    reconcile: { resource: "v1/namespaces", ...hook },
  })();
  const [webhook] = await loadWebhooks({ "a.example.com": { plugins: [plugin] } }, log);
  const [loaded] = (webhook?.plugins ?? []) as ReconcilingPlugin[];
  if (loaded === undefined) throw new Error("no plugin");
  const resources = loaded.access.reads;
  const caches = startCaches({ connection, resources, log, clock });
  const behind = { connection, cacheOf: caches.of, username: async () => "gatewright" };
  loaded.openCluster = createFence(loaded.name, loaded.access, behind);
  const plugins = [loaded];
  const reconcilers = startReconcilers({ plugins, behind, leaderElection: { identity }, clock });
  const metric = (name: string) => {
    const family = reconcilers.metrics().find((one) => one.name === `gatewright_reconcile_${name}`);
    return family?.samples.map(({ value }) => value);
  };
  const close = async () => {
    await reconcilers.close();
    await caches.close();
    expect(clock.waiting()).to.equal(0);
  };
  await settled();
  return { connection, clock, log, reconcilers, metric, close };
}

/** A handler that notes what it was called with. */
export function noting() {
  const seen: string[] = [];
  const handle: AnyReconcileHook["handle"] = ({ name, namespace: of, object }) => {
    const what = of === undefined ? name : `${of}/${name}`;
    seen.push(object === undefined ? `${what} is gone` : what);
  };
  return { seen, handle, since: () => seen.splice(0) };
}
