import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { ClusterConnection, WatchEvent } from "@gatewright/core";
import { type ClusterTest, configMap, refused, writer } from "./cluster-contract.ts";

/** Events of one namespace, in short, until there are so many; then the watch is ended. */
async function watched(
  cluster: ClusterConnection,
  { from, namespace, count }: { from: string; namespace: string; count: number },
  meanwhile: () => Promise<void> = async () => {},
): Promise<string[]> {
  const ending = new AbortController();
  const events = await cluster.watch("v1/configmaps", {
    resourceVersion: from,
    timeoutSeconds: 60,
    signal: ending.signal,
  });
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { type, object } of events) {
      if (type === "BOOKMARK" || object.metadata?.namespace !== namespace) continue;
      equal(object.kind, "ConfigMap");
      seen.push(`${type} ${object.metadata.name}`);
      if (seen.length === count) return;
    }
  })();
  await meanwhile();
  await reading;
  ending.abort();
  return seen;
}

/** What is true of the watches of every connection. */
export const forWatches: Record<string, ClusterTest> = {
  "watches what happens after a list, in order": async (cluster, namespace) => {
    await cluster.create("v1/configmaps", configMap(namespace, "before"), writer);
    const { resourceVersion: from } = await cluster.list("v1/configmaps");
    const seen = await watched(cluster, { from, namespace, count: 4 }, async () => {
      await cluster.create("v1/configmaps", configMap(namespace, "a"), writer);
      await cluster.update("v1/configmaps", configMap(namespace, "a", { b: "c" }), writer);
      await cluster.delete("v1/configmaps", "a", { namespace });
      await cluster.delete("v1/configmaps", "before", { namespace });
    });
    deepEqual(seen, ["ADDED a", "MODIFIED a", "DELETED a", "DELETED before"]);
  },
  "gives what happened before the watch began, and goes on from an event": async (
    cluster,
    namespace,
  ) => {
    const { resourceVersion: from } = await cluster.list("v1/configmaps");
    const a = await cluster.create("v1/configmaps", configMap(namespace, "a"), writer);
    await cluster.create("v1/configmaps", configMap(namespace, "b"), writer);
    deepEqual(await watched(cluster, { from, namespace, count: 2 }), ["ADDED a", "ADDED b"]);
    const next = a.metadata?.resourceVersion ?? "";
    deepEqual(await watched(cluster, { from: next, namespace, count: 1 }), ["ADDED b"]);
  },
  "ends a watch when its time is over, and goes on from there": async (cluster, namespace) => {
    const { resourceVersion } = await cluster.list("v1/configmaps");
    await cluster.create("v1/configmaps", configMap(namespace, "a"), writer);
    const { signal } = new AbortController();
    const options = { resourceVersion, timeoutSeconds: 1, signal };
    const events: WatchEvent[] = [];
    for await (const event of await cluster.watch("v1/configmaps", options)) events.push(event);
    const from = events.at(-1)?.object.metadata?.resourceVersion;
    ok(from, "there was no event");
    await cluster.create("v1/configmaps", configMap(namespace, "b"), writer);
    deepEqual(await watched(cluster, { from, namespace, count: 1 }), ["ADDED b"]);
  },
  "says 410 of a moment that is too long ago": async (cluster) => {
    const { signal } = new AbortController();
    const options = { resourceVersion: "1", timeoutSeconds: 5, signal };
    const reading = async () => {
      for await (const _event of await cluster.watch("v1/configmaps", options));
    };
    await refused(reading(), 410, "Expired");
  },
  "ends a watch by its signal, and rejects with its reason": async (cluster) => {
    const { resourceVersion } = await cluster.list("v1/configmaps");
    const reason = new Error("enough");
    const begun = new AbortController();
    const options = { resourceVersion, timeoutSeconds: 60, signal: begun.signal };
    const events = await cluster.watch("v1/configmaps", options);
    const reading = (async () => {
      for await (const _event of events);
    })();
    begun.abort(reason);
    await rejects(reading, reason);
    await rejects(cluster.watch("v1/configmaps", options), reason);
  },
  "ends watches when it is closed": async (cluster) => {
    const { resourceVersion } = await cluster.list("v1/configmaps");
    const { signal } = new AbortController();
    const options = { resourceVersion, timeoutSeconds: 60, signal };
    const events = await cluster.watch("v1/configmaps", options);
    const reading = (async () => {
      for await (const _event of events);
    })();
    const ended = refused(reading, 0, "Unreachable");
    await cluster.close();
    await ended;
  },
};
