// An API server that answers as a test tells it to.
import type {
  ClusterConnection,
  ObjectList,
  WatchEvent,
  WatchOptions,
} from "../src/cluster-connection.ts";
import { ClusterError } from "../src/errors.ts";
import type { KubernetesObject } from "../src/rule-types.ts";

/** A watch that the test is the server of. */
export interface ScriptedWatch {
  readonly options: WatchOptions;
  send(type: WatchEvent["type"], object: KubernetesObject): void;
  /** As the API server does after `timeoutSeconds`. */
  end(): void;
  fail(reason: unknown): void;
}

/** What a list or the beginning of a watch comes to: `"hang"` is no answer at all. */
type Answer<T> = T | Promise<T> | Error | "hang";

export interface ScriptedCluster extends Pick<ClusterConnection, "list" | "watch"> {
  /** How lists are answered from now on. */
  listed: Answer<ObjectList>;
  /** How watches begin from now on. */
  opened: Answer<"ok">;
  readonly lists: number;
  readonly watches: readonly ScriptedWatch[];
  /** The newest watch. */
  newest(): ScriptedWatch;
}

export const namespace = (name: string, resourceVersion: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, resourceVersion, managedFields: [] },
});

export const unreachable = () =>
  new ClusterError("connection reset", { status: 0, reason: "Unreachable" });
export const expired = () => new ClusterError("too old", { status: 410, reason: "Expired" });

export function scriptedCluster(): ScriptedCluster {
  const watches: ScriptedWatch[] = [];
  const answer = async <T>(given: Answer<T>, signal: AbortSignal | undefined): Promise<T> => {
    if (given instanceof Error) throw given;
    if (given !== "hang") return given;
    return new Promise<T>((_resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason as Error));
    });
  };
  const cluster = {
    listed: { items: [], resourceVersion: "10" } as Answer<ObjectList>,
    opened: "ok" as Answer<"ok">,
    lists: 0,
    watches,
    newest: () => {
      const last = watches.at(-1);
      if (last === undefined) throw new Error("nothing is watched");
      return last;
    },
    list(_resource: string, { signal }: { signal?: AbortSignal | undefined } = {}) {
      cluster.lists++;
      return answer(cluster.listed, signal);
    },
    async watch(_resource: string, options: WatchOptions) {
      const { watch, events } = openWatch(options);
      watches.push(watch);
      await answer(cluster.opened, options.signal);
      return events;
    },
  };
  return cluster;
}

function openWatch(options: WatchOptions): {
  watch: ScriptedWatch;
  events: AsyncIterable<WatchEvent>;
} {
  const { readable, writable } = new TransformStream<WatchEvent>(undefined, { highWaterMark: 99 });
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  const watch: ScriptedWatch = {
    options,
    send: (type, object) => void writer.write({ type, object }).catch(() => {}),
    end: () => void writer.close().catch(() => {}),
    fail: (reason) => void writer.abort(reason).catch(() => {}),
  };
  options.signal.addEventListener("abort", () => watch.fail(options.signal.reason));
  return { watch, events: readable };
}
