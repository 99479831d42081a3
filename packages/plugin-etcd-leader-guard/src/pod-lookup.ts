import type { Cluster, Logger } from "@gatewright/core";
import type { DeletedPod } from "./departure.ts";
import { inTime } from "./in-time.ts";

/**
 * The pod of an eviction, which carries none, as Kubernetes has it: null where there is no such pod,
 * undefined where that could not be found out in time. Never rejects.
 */
export async function lookUpPod(
  cluster: Cluster,
  { name, namespace, withinMs }: { name: string; namespace: string; withinMs: number },
  log: Logger,
): Promise<DeletedPod | null | undefined> {
  const looking = cluster.get("v1/pods", name, { namespace }).then(
    (pod) => pod ?? null,
    (error: Error) => failed(error.message),
  );
  function failed(reason: string): undefined {
    log.warn({ pod: name, reason }, "the pod of an eviction could not be looked up");
  }
  return await inTime<DeletedPod | null | undefined>(looking, withinMs, () =>
    failed(`no answer within ${Math.round(withinMs)} ms`),
  );
}
