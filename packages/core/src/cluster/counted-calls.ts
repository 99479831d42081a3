import type { ClusterConnection } from "../cluster-connection.ts";
import type { ClusterError } from "../errors.ts";
import type { MetricFamily } from "../plugin-metrics.ts";

/** A connection whose calls are counted, by resource, verb and HTTP status. */
export interface CountedCalls {
  readonly connection: ClusterConnection;
  metrics(): MetricFamily[];
}

/**
 * Counts every call. The labels are bounded: resources are those that plugins declare, and of the answer
 * there is the status alone, as others' webhooks make up reasons.
 */
export function countCalls(connection: ClusterConnection): CountedCalls {
  const counts = new Map<string, { labels: Record<string, string>; value: number }>();
  const count = (verb: string, resource: string, code: string): void => {
    const key = `${verb} ${code} ${resource}`;
    const one = counts.get(key) ?? { labels: { resource, verb, code }, value: 0 };
    one.value++;
    counts.set(key, one);
  };
  const counted = async <T>(verb: string, resource: string, call: () => Promise<T>): Promise<T> => {
    try {
      const answer = await call();
      count(verb, resource, verb === "get" && answer === undefined ? "404" : "2xx");
      return answer;
    } catch (error) {
      count(verb, resource, codeOf(error));
      throw error;
    }
  };
  return {
    connection: {
      url: connection.url,
      namespace: connection.namespace,
      username: (options) =>
        counted("create", "authentication.k8s.io/v1/selfsubjectreviews", () =>
          connection.username(options),
        ),
      get: (resource, name, options) =>
        counted("get", resource, () => connection.get(resource, name, options)),
      list: (resource, options) =>
        counted("list", resource, () => connection.list(resource, options)),
      watch: (resource, options) =>
        counted("watch", resource, () => connection.watch(resource, options)),
      create: (resource, object, options) =>
        counted("create", resource, () => connection.create(resource, object, options)),
      update: (resource, object, options) =>
        counted("update", resource, () => connection.update(resource, object, options)),
      apply: (resource, object, options) =>
        counted("apply", resource, () => connection.apply(resource, object, options)),
      delete: (resource, name, options) =>
        counted("delete", resource, () => connection.delete(resource, name, options)),
      close: () => connection.close(),
    },
    metrics: () => [
      {
        name: "gatewright_cluster_calls_total",
        help: "Calls to the API server, by HTTP status; 0 where there was no answer",
        type: "counter",
        samples: [...counts.values()].map((one) => ({ ...one })),
      },
    ],
  };
}

/** What is no ClusterError is the reason of a signal, or a bug. */
function codeOf(error: unknown): string {
  const { code, status } = (error ?? {}) as Partial<ClusterError>;
  return code === "GW_CLUSTER" ? String(status) : "aborted";
}
