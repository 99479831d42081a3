import type { ClusterConnection, KubernetesObject } from "@gatewright/core";
import { createFakeCluster } from "@gatewright/testing";
import type { ConfigWritten } from "../src/config.ts";
import { SETTLED } from "../src/kept-name.ts";
import { limitRange, namespace, quota, uidOf } from "./objects.ts";

export const config: ConfigWritten = {
  rules: [
    {
      match: { names: ["team-*"] },
      quota: { configmaps: 1, "requests.cpu": 4, "services.nodeports": 0, "count/jobs.batch": 1 },
    },
    {
      match: { names: ["limited"] },
      limitRange: { limits: [{ type: "Pod", max: { cpu: "1" } }] },
    },
  ],
};
export const hard = {
  configmaps: "2",
  "requests.cpu": "4",
  "services.nodeports": "0",
  "count/jobs.batch": "1",
};
export const used = {
  configmaps: "1",
  "requests.cpu": "0",
  "services.nodeports": "0",
  "count/jobs.batch": "0",
};

export const named = (
  apiVersion: string,
  kind: string,
  name: string,
  within = "team-a",
  rest = {},
) => ({ apiVersion, kind, metadata: { name, namespace: within }, ...rest }) as KubernetesObject;
export const configMap = (within: string, name = "mine") => named("v1", "ConfigMap", name, within);
/** A fake cluster with these objects, in which what has settled has done so in the namespaces that are there. */
export async function clusterOf(objects: readonly object[]): Promise<ClusterConnection> {
  const cluster = createFakeCluster({ objects: objects as KubernetesObject[] });
  const { items } = await cluster.list("v1/namespaces");
  const uids = new Map(items.map(({ metadata }) => [metadata?.name, metadata?.uid ?? ""]));
  for (const kind of ["v1/resourcequotas", "v1/limitranges"]) {
    for (const { metadata, ...rest } of (await cluster.list(kind)).items) {
      const { namespace, annotations } = metadata ?? {};
      const settled = annotations?.[SETTLED]?.replace(
        uidOf(namespace ?? ""),
        uids.get(namespace) ?? "",
      );
      if (settled === undefined) continue;
      const changed = { ...metadata, annotations: { ...annotations, [SETTLED]: settled } };
      await cluster.update(
        kind,
        { ...rest, metadata: changed },
        {
          fieldManager: "test",
        },
      );
    }
  }
  return cluster;
}

/** Four namespaces: ready, new, with a LimitRange, and of no rule. */
export const cluster = () => clusterOf(readyAndNot());
/** The same, where the one that is ready is ending. */
export const endingCluster = async () => {
  const cluster = await clusterOf(readyAndNot({ finalizers: ["example.com/wait"] }));
  await cluster.delete("v1/namespaces", "team-a");
  return cluster;
};

const readyAndNot = (metadata = {}) => [
  ...["team-new", "team-short", "limited", "limited-not", "else"].map((name) => namespace(name)),
  namespace("team-a", metadata),
  quota({ hard, used }),
  quota({ hard, used: { ...used, configmaps: "0" }, namespace: "team-short" }),
  limitRange({ namespace: "limited" }),
];
