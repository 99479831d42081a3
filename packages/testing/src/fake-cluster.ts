import type {
  CallOptions,
  ClusterConnection,
  KubernetesObject,
  WatchEvent,
} from "@gatewright/core";
import { parseLabelSelector } from "@gatewright/core";
import { applied } from "./fake-cluster/apply.ts";
import { createEventLog } from "./fake-cluster/event-log.ts";
import { createObjects, type Stored } from "./fake-cluster/objects.ts";
import { closed, conflict, notAllowed, notServed } from "./fake-cluster/refusals.ts";
import { createDirectory, type FakeCustomResource, type Served } from "./fake-cluster/served.ts";

/** What is in a fake cluster to begin with. */
export interface FakeClusterOptions {
  /**
   * Made in their order, as by `create`: a namespace stands before what is in it. The namespace `default` is
   * there always.
   */
  objects?: readonly KubernetesObject[];
  /** By their keys: `{ "example.com/v1/widgets": { kind: "Widget" } }`. @default none */
  customResources?: Readonly<Record<string, FakeCustomResource>>;
  /**
   * Whom the cluster takes the caller for.
   * @default "system:serviceaccount:gatewright-system:gatewright"
   */
  username?: string;
}

type Json = Record<string, unknown>;

const GATEWRIGHT = "system:serviceaccount:gatewright-system:gatewright";

/**
 * A cluster in memory, for tests: what a plugin reads and writes, as a real API server would have it.
 * It has resourceVersions and conflicts, generated names, namespaces that must exist and end with all that is in
 * them, finalizers, label selectors, watches and server-side apply; it passes the same tests as the connection to
 * a real one. It has no admission, no validation of what is in an object, no RBAC and no controllers but that of
 * namespaces. A server-side apply replaces lists as a whole.
 *
 * @example
 * const cluster = createFakeCluster({ objects: [namespace] });
 * await admit([quota()], creates(configMap), { cluster });
 */
export function createFakeCluster(options: FakeClusterOptions = {}): ClusterConnection {
  const { objects: given = [], customResources = {}, username = GATEWRIGHT } = options;
  const directory = createDirectory(customResources);
  const events = createEventLog();
  const objects = createObjects(events);
  const closing = new AbortController();
  /** What each manager applied last, by object and manager. */
  const applications = new Map<string, Json>();

  const find = (resource: string, namespace?: string): Served => {
    const served = directory.find(resource);
    const wrong = whatIsWrong(resource, served, namespace);
    if (wrong !== undefined) throw notServed(wrong);
    return served;
  };
  /** Runs a call where it is to be run at all, and gives what no caller can reach into. */
  const call = async <T>({ signal }: CallOptions, run: () => T): Promise<T> => {
    closing.signal.throwIfAborted();
    signal?.throwIfAborted();
    const answer = run();
    return structuredClone(answer);
  };
  const servedOf = (resource: string, { metadata }: KubernetesObject): Served =>
    find(resource, metadata?.namespace);
  const inVersion = (object: Stored, { apiVersion }: Served): Stored => ({ ...object, apiVersion });

  const connection: ClusterConnection = {
    url: "https://fake-cluster.invalid",
    namespace: "default",
    username: (limits = {}) => call(limits, () => username),
    get: (resource, name, { namespace, ...limits } = {}) =>
      call(limits, () => {
        const served = find(resource, namespace);
        const object = objects.get(served, name, namespace);
        return object === undefined ? undefined : inVersion(object, served);
      }),
    list: (resource, { namespace, labelSelector = "", ...limits } = {}) =>
      call(limits, () => {
        const served = directory.find(resource);
        const matches = parseLabelSelector(labelSelector);
        const items = objects
          .all(served)
          .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
          .filter(({ metadata }) => matches(metadata.labels))
          .map((object) => inVersion(object, served));
        return { items, resourceVersion: events.version() };
      }),
    async watch(resource, watchOptions) {
      closing.signal.throwIfAborted();
      watchOptions.signal.throwIfAborted();
      const served = directory.find(resource);
      const stream = events.watch(served.id, watchOptions, closing.signal);
      return versioned(stream, served.apiVersion);
    },
    create: (resource, object, limits) =>
      call(limits, () => {
        const served = directory.find(resource);
        const wrong = whatIsWrong(resource, served, object.metadata?.namespace);
        // To make one where it would be listed is another URL, which is served.
        if (wrong !== undefined) throw served.namespaced ? notAllowed(wrong) : notServed(wrong);
        return objects.create(served, object);
      }),
    update: (resource, object, limits) =>
      call(limits, () => objects.update(servedOf(resource, object), object)),
    apply: (resource, object, { fieldManager, ...limits }) =>
      call(limits, () => {
        const served = servedOf(resource, object);
        const wanted = JSON.parse(JSON.stringify(object)) as Stored;
        const { name = "", namespace, resourceVersion } = wanted.metadata;
        const live = objects.get(served, name, namespace);
        if (live === undefined && resourceVersion !== undefined) {
          throw conflict(served.shown, name, "there is no such object");
        }
        const saved = (uid: string | undefined) => `${uid} ${fieldManager}`;
        if (live === undefined) {
          const made = objects.create(served, wanted);
          applications.set(saved(made.metadata.uid), wanted as unknown as Json);
          return made;
        }
        const key = saved(live.metadata.uid);
        const merged = applied(live as unknown as Json, applications.get(key), wanted as never);
        const after = objects.update(served, merged as unknown as Stored);
        applications.set(key, wanted as unknown as Json);
        return after;
      }),
    delete: (resource, name, { namespace, signal, ...which } = {}) =>
      call({ signal }, () =>
        objects.delete(find(resource, namespace), name, { namespace, ...which }),
      ),
    async close() {
      closing.abort(closed());
    },
  };
  const first = { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } };
  for (const object of [first, ...given]) {
    const key = directory.keyOf(object);
    const isDefault = key === "v1/namespaces" && object.metadata?.name === "default";
    const served = servedOf(key, object);
    if (isDefault && object !== first) objects.update(served, object);
    else objects.create(served, object);
  }
  return connection;
}

/** Why the URL of an object would be none that is served. */
function whatIsWrong(
  resource: string,
  { namespaced }: Served,
  namespace: string | undefined,
): string | undefined {
  if (namespaced === Boolean(namespace)) return undefined;
  return namespaced
    ? `${resource} is namespaced, and no namespace was named`
    : `${resource} is in no namespace, and "${namespace}" was named`;
}

async function* versioned(
  events: AsyncIterable<WatchEvent>,
  apiVersion: string,
): AsyncIterable<WatchEvent> {
  for await (const event of events) yield { ...event, object: { ...event.object, apiVersion } };
}
