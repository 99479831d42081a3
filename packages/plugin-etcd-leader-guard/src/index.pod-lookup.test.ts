import { createFakeCluster, evicts, PluginTester } from "@gatewright/testing";
import { podOf } from "../test/pods.ts";
import plugin from "./index.ts";

/** Nobody listens there: whatever is judged is denied. */
const cluster = {
  name: "main",
  namespace: "etcd",
  selector: { matchLabels: { app: "etcd" } },
  members: { endpoints: ["http://127.0.0.1:1"], pods: ["etcd-0"] },
};
const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const web = podOf("web-0", { labels: { app: "web" } });
const elsewhere = podOf("db-0", { namespace: "other" });

PluginTester.run("etcd-leader-guard: podLookup: cluster", plugin, {
  config: { clusters: [cluster], podLookup: "cluster" },
  cluster: () =>
    createFakeCluster({
      objects: [namespace("etcd"), namespace("other"), podOf("db-0"), web, elsewhere],
    }),
  denies: [
    {
      name: "by the labels of its pod",
      request: evicts(podOf("db-0")),
      message: /pod db-0 may be/,
    },
    { name: "by its name", request: evicts(podOf("etcd-0")), message: /pod etcd-0 may be/ },
  ],
  allows: [
    { name: "a pod with other labels", request: evicts(web) },
    { name: "a pod that is not there", request: evicts(podOf("db-1")) },
    { name: "a pod elsewhere", request: evicts(elsewhere) },
  ],
  rejectsConfig: [
    {
      config: { clusters: [cluster], podLookup: "always" },
      pointer: "/podLookup",
      message: /cluster/,
    },
  ],
});
