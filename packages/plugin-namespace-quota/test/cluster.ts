import type { KubernetesObject } from "@gatewright/core";
import { createFakeCluster } from "@gatewright/testing";
import type { ConfigWritten } from "../src/config.ts";
import { limitRange, namespace, quota } from "./objects.ts";

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
/** Four namespaces: ready, new, with a LimitRange, and of no rule. */
export const cluster = () =>
  createFakeCluster({
    objects: [
      ...["team-a", "team-new", "team-short", "limited", "limited-not", "else"].map((name) =>
        namespace(name),
      ),
      quota({ hard, used }),
      quota({ hard, used: { ...used, configmaps: "0" }, namespace: "team-short" }),
      limitRange({ namespace: "limited" }),
    ] as KubernetesObject[],
  });
