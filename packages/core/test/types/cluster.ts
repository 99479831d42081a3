/** What a plugin reads and writes has the types of `Kinds`. */
import type { Cluster } from "../../src/cluster.ts";
import { definePlugin } from "../../src/plugin.ts";

export async function typed(cluster: Cluster): Promise<void> {
  const namespace = await cluster.get("v1/namespaces", "a");
  const phase: string | undefined = namespace?.status?.phase;
  // @ts-expect-error: it may not be there
  const name = namespace.metadata.name;
  // @ts-expect-error: what was read is shared
  if (namespace) namespace.metadata.name = phase;
  const quotas = await cluster.list("v1/resourcequotas", { namespace: "a" });
  const hard: string | number | undefined = quotas[0]?.spec?.hard?.["configmaps"];
  const widget = await cluster.get("other.example.com/v1/things", "a", { namespace: name });
  const kind: string | undefined = widget?.kind;

  const meta = { name: kind ?? "q", namespace: "a" };
  await cluster.apply("v1/resourcequotas", {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: meta,
    spec: { hard: { configmaps: hard ?? 1 } },
  });
  // @ts-expect-error: another kind
  await cluster.create("v1/resourcequotas", { apiVersion: "v1", kind: "Pod", metadata: meta });
  // @ts-expect-error: neither apiVersion nor kind
  await cluster.create("v1/resourcequotas", { metadata: meta });
  await cluster.create("v1/resourcequotas", {
    apiVersion: "v1",
    kind: "ResourceQuota",
    // @ts-expect-error: misspelt
    spec: { hrad: {} },
  });
  if (namespace) {
    const labels = { ...namespace.metadata.labels, team: "a" };
    const changed = { ...namespace, metadata: { ...namespace.metadata, labels } };
    await cluster.update("v1/namespaces", changed);
  }
}

const rules = [
  { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] },
] as const;

definePlugin({
  name: "reads-and-writes",
  config: {
    type: "object",
    additionalProperties: false,
    properties: { extra: { type: "string" } },
  },
  reads: ({ extra }) => ["v1/namespaces", ...(extra === undefined ? [] : [extra])],
  writes: { "v1/resourcequotas": ["create", "patch"], "example.com/v1/widgets": ["delete"] },
  validate: {
    rules,
    sideEffects: "NoneOnDryRun",
    async handle({ namespace = "" }, { cluster, deny }) {
      const found = await cluster.get("v1/namespaces", namespace);
      if (found?.metadata.labels?.["frozen"] !== undefined) deny("it is frozen");
    },
  },
});

definePlugin({
  name: "wrong-verb",
  // @ts-expect-error: RBAC has no such verb
  writes: { "v1/resourcequotas": ["apply"] },
  validate: { rules, sideEffects: "None", handle() {} },
});
