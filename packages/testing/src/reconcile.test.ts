import { definePlugin, type KubernetesObject } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { createFakeCluster } from "./fake-cluster.ts";
import { reconcile } from "./reconcile.ts";

const writes = { "v1/configmaps": ["create", "patch", "delete"] } as const;

/** Keeps a ConfigMap in each namespace that has the label, and in no other. */
const keeper = definePlugin({
  name: "keeper",
  writes,
  reconcile: {
    resource: "v1/namespaces",
    watches: { "v1/configmaps": ({ metadata }) => ({ name: metadata.namespace }) },
    async handle({ name, object }, { cluster }) {
      const wanted = object?.metadata.labels?.["kept"];
      const found = await cluster.get("v1/configmaps", "kept", { namespace: name });
      if (wanted === undefined) {
        if (found !== undefined) await cluster.delete("v1/configmaps", "kept", { namespace: name });
      } else if (found?.data?.["value"] !== wanted) {
        const metadata = { name: "kept", namespace: name };
        const data = { value: wanted };
        await cluster.apply("v1/configmaps", {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata,
          data,
        });
      }
      return { requeueAfterSeconds: 3_600 };
    },
  },
});

const namespace = (name: string, labels = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
const configMap = (of: string, value: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "kept", namespace: of },
  data: { value },
});

/** A plugin that does `handle` for each namespace. */
const handling = (handle: NonNullable<typeof keeper.definition.reconcile>["handle"]) =>
  definePlugin({ name: "handling", writes, reconcile: { resource: "v1/namespaces", handle } })();

describe("reconcile(plugin, { cluster }): Promise<void>", () => {
  it("brings everything in line, and leaves the cluster open", async () => {
    const objects = [namespace("shop", { kept: "a" }), namespace("ice"), configMap("ice", "b")];
    const cluster = createFakeCluster({ objects });
    await reconcile(keeper(), { cluster });
    const values = async () =>
      (await cluster.list("v1/configmaps")).items.map(
        (item) =>
          `${item.metadata?.namespace} ${(item as { data?: { value?: string } }).data?.value}`,
      );
    expect(await values()).to.deep.equal(["shop a"]);
    await cluster.update("v1/namespaces", namespace("shop", { kept: "c" }), {
      fieldManager: "test",
    });
    await reconcile(keeper(), { cluster });
    expect(await values()).to.deep.equal(["shop c"]);
    await reconcile(keeper());
  });

  it("goes on with what changes by it, until nothing is left to do", async () => {
    const cluster = createFakeCluster({ objects: [namespace("n0")] });
    const seen: string[] = [];
    const chain = definePlugin({
      name: "chain",
      writes: { "v1/namespaces": ["create"] },
      reconcile: {
        resource: "v1/namespaces",
        async handle({ name, object }, context) {
          seen.push(name);
          const next = Number(name.slice(1)) + 1;
          if (!(next < 5) || object === undefined) return;
          const found = await context.cluster.get("v1/namespaces", `n${next}`);
          const made = {
            apiVersion: "v1",
            kind: "Namespace",
            metadata: { name: `n${next}` },
          } as const;
          if (found === undefined) await context.cluster.create("v1/namespaces", made);
        },
      },
    });
    await reconcile(chain(), { cluster });
    expect(seen).to.deep.equal(["default", "n0", "n1", "n2", "n3", "n4"]);
  });

  const failures: Record<string, [message: string, plugin: ReturnType<typeof keeper>]> = {
    "what handle throws": [
      "no",
      handling(() => {
        throw new Error("no");
      }),
    ],
    "what was not declared": [
      "may not get v1/secrets",
      handling(({ name }, { cluster }) => void cluster.get("v1/secrets", name)),
    ],
    "what was not declared, and caught": [
      "may not get v1/secrets",
      handling(({ name }, { cluster }) => {
        try {
          void cluster.get("v1/secrets", name);
        } catch {}
      }),
    ],
    "a time that is none": [
      "requeueAfterSeconds must be seconds of 0 or more, not -1",
      handling(() => ({ requeueAfterSeconds: -1 })),
    ],
    "what does not come to rest": [
      'plugin "restless" reconciled default 100 times and did not come to rest',
      definePlugin({
        name: "restless",
        writes: { "v1/namespaces": ["patch", "create"] },
        reconcile: {
          resource: "v1/namespaces",
          async handle({ name, object }, { cluster }) {
            const labels = { at: `${Number(object?.metadata.labels?.["at"] ?? 0) + 1}` };
            await cluster.apply("v1/namespaces", {
              apiVersion: "v1",
              kind: "Namespace",
              metadata: { name, labels },
            });
          },
        },
      })(),
    ],
    "a plugin without the hook": [
      'plugin "idle" has no reconcile',
      definePlugin({
        name: "idle",
        validate: {
          rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["*"] }],
          sideEffects: "None",
          handle() {},
        },
      })(),
    ],
  };
  for (const [what, [message, plugin]] of Object.entries(failures)) {
    it(`rejects with ${what}`, async () => {
      const error = await reconcile(plugin).then(
        () => "nothing",
        (reason: unknown) => String(reason),
      );
      expect(error).to.include(message);
    });
  }
});
