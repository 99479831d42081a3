import type { DeletionOptions, InNamespace, ListOptions } from "./cluster.ts";
import type { KubernetesObject } from "./rule-types.ts";

/** When a call is to end. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * How long the call may take in all, to the last byte of its answer, in milliseconds; then it rejects
   * with a `ClusterError` whose reason is `Timeout`.
   * @default 5000
   */
  timeoutMs?: number | undefined;
}

/** Of a call that writes. */
export interface WriteOptions extends CallOptions {
  /** Who `metadata.managedFields` is told that it was. */
  fieldManager: string;
}

/** From where to watch, and for how long. */
export interface WatchOptions {
  /** Of a list, or of an event. Events that came after it are given. */
  resourceVersion: string;
  /**
   * The API server is asked to end the watch after this many seconds; it then ends without an error. It is
   * asked for bookmarks, too.
   */
  timeoutSeconds: number;
  /** Ends the watch, begun or not; it rejects with the signal's reason. */
  signal: AbortSignal;
}

/** All objects of a resource at one moment. */
export interface ObjectList {
  /** Each with its `apiVersion` and `kind`, which the API server leaves out in lists. */
  readonly items: readonly KubernetesObject[];
  /** Where a watch goes on from. */
  readonly resourceVersion: string;
}

/**
 * Something that happened to an object. Of a BOOKMARK, `object.metadata.resourceVersion` alone matters: all
 * events up to it were sent. Of a DELETED, `object` is as it was last, with the resourceVersion of its end.
 */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: KubernetesObject;
}

/**
 * A way to a cluster's API server: what `createServer({ cluster })` takes. It makes single calls; caches,
 * and the fence around each plugin, are core's. `connectCluster` of `@gatewright/kubernetes` makes a
 * real one, `createFakeCluster` of `@gatewright/testing` one in memory.
 *
 * Resources are named as in `Kinds`; `parseResourceKey` takes such a name apart. What the API server refuses
 * rejects with `ClusterError`, with its code and reason; what it does not answer with status 0 and the reason
 * `Unreachable` or `Timeout`. A resource that it does not serve is 404 NotFound, also for `get`.
 */
export interface ClusterConnection {
  /** For logs and errors: the API server's URL. */
  readonly url: string;
  /** Where this server lives: its pod's namespace; outside of a cluster that of its context, else `default`. */
  readonly namespace: string;
  /** The name by which the API server knows who makes the calls (a `SelfSubjectReview`), asked anew each time. */
  username(options?: CallOptions): Promise<string>;
  /** One object; undefined where there is none with this name, or no such namespace. */
  get(
    resource: string,
    name: string,
    options?: InNamespace & CallOptions,
  ): Promise<KubernetesObject | undefined>;
  /** All of them, as the API server has them now (a consistent read), however many pages that takes. */
  list(resource: string, options?: ListOptions & CallOptions): Promise<ObjectList>;
  /**
   * What happens to a resource's objects, in all namespaces, from a moment on. Resolves when the API server has
   * begun to answer, though nothing may have happened yet. The events end when the API server ends them.
   * Both the promise and the events reject with a `ClusterError` where it cannot go on: 410 Gone or Expired
   * where the moment is too long ago, also where the API server says so in an ERROR event.
   */
  watch(resource: string, options: WatchOptions): Promise<AsyncIterable<WatchEvent>>;
  /** Where `object.metadata.namespace` says; a subresource of the object that its name is of. */
  create(
    resource: string,
    object: KubernetesObject,
    options: WriteOptions,
  ): Promise<KubernetesObject>;
  /** With `metadata.resourceVersion`, only where that is still so: 409 Conflict. */
  update(
    resource: string,
    object: KubernetesObject,
    options: WriteOptions,
  ): Promise<KubernetesObject>;
  /** Server-side apply with `force`. */
  apply(
    resource: string,
    object: KubernetesObject,
    options: WriteOptions,
  ): Promise<KubernetesObject>;
  /** Resolves when the API server has accepted it; an object with finalizers goes later. */
  delete(resource: string, name: string, options?: DeletionOptions & CallOptions): Promise<void>;
  /** Ends all calls and watches. Calls made later reject. Closing twice is closing once. */
  close(): Promise<void>;
}
