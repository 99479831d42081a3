// A connection that notes its calls, and answers with what a test gave it.
import type { ClusterConnection } from "../src/cluster-connection.ts";
import { ClusterError } from "../src/errors.ts";
import type { KubernetesObject } from "../src/rule-types.ts";

export interface RecordedCluster extends ClusterConnection {
  /** `get v1/namespaces a`, in their order; lists and watches of caches are among them. */
  readonly calls: string[];
  /** The options of the last call. */
  last: { signal?: AbortSignal | undefined; timeoutMs?: number | undefined; fieldManager?: string };
  /** What there is, by name. */
  objects: Record<string, KubernetesObject>;
  /** What all calls reject with from now on. */
  failing: Error | undefined;
}

export function recordedCluster(): RecordedCluster {
  const called = async <T>(call: string, options: object = {}, answer?: () => T): Promise<T> => {
    cluster.calls.push(call);
    cluster.last = options;
    if (cluster.failing !== undefined) throw cluster.failing;
    return answer?.() as T;
  };
  const cluster: RecordedCluster = {
    url: "https://recorded.invalid",
    namespace: "gatewright-system",
    username: (options) => called("username", options, () => "gatewright"),
    calls: [],
    last: {},
    objects: {},
    failing: undefined,
    get: (resource, name, options) =>
      called(`get ${resource} ${name}`, options, () => structuredClone(cluster.objects[name])),
    list: (resource, options) =>
      called(`list ${resource}`, options, () => ({
        items: Object.values(structuredClone(cluster.objects)),
        resourceVersion: "10",
      })),
    watch: (resource, options) =>
      called(`watch ${resource}`, options, () => silence(options.signal)),
    create: (resource, object, options) =>
      called(`create ${resource}`, options, () => structuredClone(object)),
    update: (resource, object, options) =>
      called(`update ${resource}`, options, () => structuredClone(object)),
    apply: (resource, object, options) =>
      called(`apply ${resource}`, options, () => structuredClone(object)),
    delete: (resource, name, options) => called(`delete ${resource} ${name}`, options),
    close: () => called("close"),
  };
  return cluster;
}

/** Events that never come. */
// oxlint-disable-next-line require-yield
async function* silence(signal: AbortSignal): AsyncIterable<never> {
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  throw signal.reason;
}

export const refusal = () => new ClusterError("not you", { status: 403, reason: "Forbidden" });
