import { createPipeline, definePlugin, type Pipeline, type Plugin } from "@gatewright/core";
import etcdLeaderGuard from "@gatewright/plugin-etcd-leader-guard";

/** The webhook that has the guard, or the idle plugin beside which it is measured. */
export const WEBHOOK = "etcd.gatewright.dev";
/** Where that webhook validates. */
export const PATH = `/validate/${WEBHOOK}`;
/** Where the guarded pods are. */
export const NAMESPACE = "etcd";

/** The guard of one cluster, whose pods are called as its members are. */
export function guardOf(endpoints: readonly string[], pods: readonly string[]): Plugin {
  return etcdLeaderGuard({
    clusters: [
      {
        name: "bench",
        namespace: NAMESPACE,
        selector: { matchLabels: { app: "etcd" } },
        members: { endpoints: [...endpoints], pods: [...pods] },
      },
    ],
  });
}

/** A plugin with the guard's rules that does nothing. */
export const idle = definePlugin({
  name: "idle",
  validate: {
    rules: [
      { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["DELETE"] },
      {
        apiGroups: [""],
        apiVersions: ["v1"],
        resources: ["pods/eviction"],
        operations: ["CREATE"],
      },
    ],
    sideEffects: "NoneOnDryRun",
    handle() {},
  },
});

/** One plugin without TLS and HTTP. */
export function pipelineOf(plugin: Plugin): Promise<Pipeline> {
  return createPipeline({ webhooks: { [WEBHOOK]: { plugins: [plugin] } } });
}

/** What the pipeline's one webhook says to a request; a fault is an error. */
export function reviewerOf(pipeline: Pipeline) {
  const reviewer = pipeline.reviewers.get(PATH);
  if (reviewer === undefined) throw new Error(`there is no ${PATH}`);
  return reviewer;
}
