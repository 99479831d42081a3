import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { ClusterConnection, KubernetesObject } from "@gatewright/core";
import { forWatches } from "./describe-watch.ts";
import { type ClusterTest, configMap, inCluster, refused, writer } from "./cluster-contract.ts";
import { findTestFramework } from "./test-framework.ts";

/**
 * Declares the tests that every `ClusterConnection` passes: what a plugin may rely on, on a real API server
 * as in memory. `connect` makes a connection to a cluster in which the tests may write; each test has one of
 * its own, and namespaces of its own.
 *
 * @example
 * describeCluster("createFakeCluster()", () => createFakeCluster());
 */
export function describeCluster(
  title: string,
  connect: () => ClusterConnection | Promise<ClusterConnection>,
): void {
  const { describe, it } = findTestFramework({ describe: undefined, it: undefined });
  describe(title, () => {
    for (const [name, test] of Object.entries({ ...forReads, ...forWrites, ...forWatches })) {
      it(name, () => inCluster(connect, test));
    }
  });
}

const forReads: Record<string, ClusterTest> = {
  "gets an object, whole, and undefined where there is none": async (cluster, namespace) => {
    await cluster.create("v1/configmaps", configMap(namespace, "a", { key: "value" }), writer);
    const found = await cluster.get("v1/configmaps", "a", { namespace });
    deepEqual((found as { data?: unknown }).data, { key: "value" });
    equal(found?.apiVersion, "v1");
    equal(found?.kind, "ConfigMap");
    equal(await cluster.get("v1/configmaps", "b", { namespace }), undefined);
    equal(await cluster.get("v1/configmaps", "a", { namespace: `${namespace}-not` }), undefined);
    equal((await cluster.get("v1/namespaces", namespace))?.metadata?.name, namespace);
    equal(await cluster.get("v1/namespaces", `${namespace}-not`), undefined);
  },
  "lists with apiVersion and kind, of a namespace, of all, by labels": async (
    cluster,
    namespace,
  ) => {
    for (const [name, tier] of Object.entries({ a: "front", b: "back", c: "back" })) {
      const object = configMap(namespace, name, {}, { labels: { suite: namespace, tier } });
      await cluster.create("v1/configmaps", object, writer);
    }
    const names = async (options: Parameters<ClusterConnection["list"]>[1]) => {
      const { items } = await cluster.list("v1/configmaps", options);
      for (const item of items) deepEqual([item.apiVersion, item.kind], ["v1", "ConfigMap"]);
      return items.map(({ metadata }) => metadata?.name ?? "").sort();
    };
    const labelSelector = `suite=${namespace}`;
    deepEqual(await names({ namespace, labelSelector }), ["a", "b", "c"]);
    deepEqual(await names({ labelSelector }), ["a", "b", "c"]);
    deepEqual(await names({ labelSelector: `${labelSelector},tier in (back)` }), ["b", "c"]);
    deepEqual(await names({ namespace: `${namespace}-not` }), []);
  },
  "lists all, however many pages that takes": async (cluster, namespace) => {
    const all = Array.from({ length: 1_100 }, (_, index) => `n${index}`);
    for (let from = 0; from < all.length; from += 50) {
      const some = all.slice(from, from + 50);
      await Promise.all(
        some.map((name) => cluster.create("v1/configmaps", configMap(namespace, name), writer)),
      );
    }
    const { items } = await cluster.list("v1/configmaps", { namespace });
    const names = new Set(items.map(({ metadata }) => metadata?.name));
    deepEqual(
      all.filter((name) => !names.has(name)),
      [],
    );
  },
  "says of a resource that is not served that it is not": async (cluster) => {
    const resource = "not-served.gatewright.dev/v1/widgets";
    const object: KubernetesObject = {
      apiVersion: "not-served.gatewright.dev/v1",
      kind: "Widget",
      metadata: { name: "a" },
    };
    await refused(cluster.get(resource, "a"), 404, "NotFound");
    await refused(cluster.list(resource), 404, "NotFound");
    await refused(cluster.create(resource, object, writer), 404, "NotFound");
    await refused(cluster.delete(resource, "a"), 404, "NotFound");
    const options = {
      resourceVersion: "1",
      timeoutSeconds: 1,
      signal: new AbortController().signal,
    };
    await refused(cluster.watch(resource, options), 404, "NotFound");
  },
  "knows no object of a namespaced resource without its namespace, nor the other way around":
    async (cluster, namespace) => {
      const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
      const missing = /v1\/configmaps .*namespace/;
      await refused(cluster.get("v1/configmaps", "a"), 404, "NotFound", missing);
      await refused(cluster.update("v1/configmaps", object, writer), 404, "NotFound", missing);
      await refused(cluster.apply("v1/configmaps", object, writer), 404, "NotFound", missing);
      await refused(cluster.delete("v1/configmaps", "a"), 404, "NotFound", missing);
      const made = cluster.create("v1/configmaps", object, writer);
      await refused(made, 405, "MethodNotAllowed", missing);
      const within = cluster.get("v1/nodes", "a", { namespace });
      await refused(within, 404, "NotFound", /v1\/nodes .*no namespace/);
    },
  "says who it is, and where": async (cluster) => {
    ok((await cluster.username()).length > 0);
    equal(await cluster.username(), await cluster.username());
    match(cluster.namespace, /^[a-z0-9][-a-z0-9]*$/);
  },
  "takes names for names, whatever is in them": async (cluster, namespace) => {
    for (const name of ["a b", "a?b=c", "a#b", "ä"]) {
      equal(await cluster.get("v1/configmaps", name, { namespace }), undefined);
    }
  },
  "ends calls by their signal, and rejects with its reason": async (cluster, namespace) => {
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const with_ = { namespace, signal };
    await rejects(cluster.username({ signal }), reason);
    await rejects(cluster.get("v1/configmaps", "a", with_), reason);
    await rejects(cluster.list("v1/configmaps", with_), reason);
    const object = configMap(namespace, "a");
    await rejects(cluster.create("v1/configmaps", object, { ...writer, signal }), reason);
    equal(await cluster.get("v1/configmaps", "a", { namespace }), undefined);
  },
  "refuses calls once it is closed, and closes twice": async (cluster, namespace) => {
    await Promise.all([cluster.close(), cluster.close()]);
    await refused(cluster.get("v1/configmaps", "a", { namespace }), 0, "Unreachable");
  },
};

const forWrites: Record<string, ClusterTest> = {
  "creates: uid, resourceVersion, creationTimestamp; not twice": async (cluster, namespace) => {
    const given = Object.freeze(configMap(namespace, "a", { key: "value" }));
    const made = await cluster.create("v1/configmaps", given, writer);
    const { uid, resourceVersion, creationTimestamp } = made.metadata ?? {};
    match(uid ?? "", /^[0-9a-f-]{36}$/);
    ok(resourceVersion);
    match(creationTimestamp ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    deepEqual(made.kind, "ConfigMap");
    await refused(cluster.create("v1/configmaps", given, writer), 409, "AlreadyExists");
  },
  "generates names": async (cluster, namespace) => {
    const made = await cluster.create(
      "v1/configmaps",
      configMap(namespace, undefined, {}, { generateName: "some-" }),
      writer,
    );
    match(made.metadata?.name ?? "", /^some-[a-z0-9]{5}$/);
  },
  "creates nothing in a namespace that there is not": async (cluster, namespace) => {
    const elsewhere = configMap(`${namespace}-not`, "a");
    await refused(cluster.create("v1/configmaps", elsewhere, writer), 404, "NotFound");
  },
  "creates nothing in a namespace that is being deleted": async (cluster, namespace) => {
    const held = configMap(namespace, "held", {}, { finalizers: ["gatewright.dev/test"] });
    await cluster.create("v1/configmaps", held, writer);
    await cluster.delete("v1/namespaces", namespace);
    const going = await cluster.get("v1/namespaces", namespace);
    ok(going?.metadata?.deletionTimestamp);
    deepEqual((going.status as { phase?: string }).phase, "Terminating");
    const late = cluster.create("v1/configmaps", configMap(namespace, "late"), writer);
    await refused(late, 403, "Forbidden");
    await cluster.update("v1/configmaps", configMap(namespace, "held"), writer);
  },
  "updates, but not what has changed since it was read": async (cluster, namespace) => {
    const made = await cluster.create("v1/configmaps", configMap(namespace, "a"), writer);
    const changed = { ...made, data: { key: "one" } };
    const saved = await cluster.update("v1/configmaps", changed, writer);
    ok(saved.metadata?.resourceVersion !== made.metadata?.resourceVersion);
    equal(saved.metadata?.uid, made.metadata?.uid);
    const late = { ...made, data: { key: "two" } };
    await refused(cluster.update("v1/configmaps", late, writer), 409, "Conflict");
    const found = await cluster.get("v1/configmaps", "a", { namespace });
    deepEqual((found as { data?: unknown }).data, { key: "one" });
    // Without a resourceVersion it replaces whatever there is.
    await cluster.update("v1/configmaps", configMap(namespace, "a", { key: "three" }), writer);
    const missing = configMap(namespace, "missing");
    await refused(cluster.update("v1/configmaps", missing, writer), 404, "NotFound");
  },
  "leaves an object as it is that is updated to what it is": async (cluster, namespace) => {
    const made = await cluster.create("v1/configmaps", configMap(namespace, "a"), writer);
    const again = await cluster.update("v1/configmaps", made, writer);
    equal(again.metadata?.resourceVersion, made.metadata?.resourceVersion);
  },
  "applies: makes, changes, takes away what is no longer given": async (cluster, namespace) => {
    const apply = async (data: Record<string, string>) =>
      (await cluster.apply("v1/configmaps", configMap(namespace, "a", data), writer)) as {
        data?: Record<string, string>;
        metadata?: { resourceVersion?: string };
      };
    deepEqual((await apply({ mine: "1", shared: "1" })).data, { mine: "1", shared: "1" });
    const found = (await cluster.get("v1/configmaps", "a", { namespace })) as KubernetesObject;
    const theirs = { ...found, data: { mine: "1", shared: "2", theirs: "1" } };
    await cluster.update("v1/configmaps", theirs, { fieldManager: "somebody-else" });
    const forced = await apply({ shared: "3" });
    deepEqual(forced.data, { shared: "3", theirs: "1" });
    const again = await apply({ shared: "3" });
    equal(again.metadata?.resourceVersion, forced.metadata?.resourceVersion);
  },
  "deletes; only the very object, as it was, where that is said": async (cluster, namespace) => {
    const made = await cluster.create("v1/configmaps", configMap(namespace, "a"), writer);
    const { uid, resourceVersion } = made.metadata ?? {};
    const other = "00000000-0000-4000-8000-000000000000";
    const remove = (options: object) =>
      cluster.delete("v1/configmaps", "a", { namespace, ...options });
    await refused(remove({ uid: other }), 409, "Conflict");
    await cluster.update("v1/configmaps", configMap(namespace, "a", { key: "new" }), writer);
    await refused(remove({ resourceVersion }), 409, "Conflict");
    await remove({ uid });
    equal(await cluster.get("v1/configmaps", "a", { namespace }), undefined);
    await refused(remove({}), 404, "NotFound");
  },
  "keeps what has finalizers until they are done": async (cluster, namespace) => {
    const held = configMap(namespace, "a", {}, { finalizers: ["gatewright.dev/test"] });
    await cluster.create("v1/configmaps", held, writer);
    await cluster.delete("v1/configmaps", "a", { namespace });
    const going = await cluster.get("v1/configmaps", "a", { namespace });
    ok(going?.metadata?.deletionTimestamp);
    const metadata = { ...going.metadata, finalizers: [] };
    await cluster.update("v1/configmaps", { ...going, metadata }, writer);
    equal(await cluster.get("v1/configmaps", "a", { namespace }), undefined);
  },
};
