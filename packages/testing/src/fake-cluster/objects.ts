import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { DeletionOptions, KubernetesObject } from "@gatewright/core";
import type { EventLog } from "./event-log.ts";
import { alreadyExists, conflict, invalid, notAllowed, notFound, terminating } from "./refusals.ts";
import type { Served } from "./served.ts";

/** An object as it is stored, with its metadata. */
export type Stored = KubernetesObject & {
  metadata: NonNullable<KubernetesObject["metadata"]>;
};

/** The objects of a fake cluster, and the rules by which they change. Everything is done at once. */
export interface Objects {
  get(served: Served, name: string, namespace: string | undefined): Stored | undefined;
  all(served: Served): Stored[];
  create(served: Served, object: KubernetesObject): Stored;
  /** @throws ClusterError 404, and 409 where it has changed since. */
  update(served: Served, object: KubernetesObject): Stored;
  delete(served: Served, name: string, options: DeletionOptions): void;
}

const NAMESPACES = "/namespaces";
/** Of names of five: without vowels, and what looks like another (apimachinery/pkg/util/rand). */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

export function createObjects(events: EventLog): Objects {
  const stored = new Map<string, { served: Served; objects: Map<string, Stored> }>();
  const objectsOf = (served: Served): Map<string, Stored> => {
    let of = stored.get(served.id);
    if (of === undefined) {
      of = { served, objects: new Map() };
      stored.set(served.id, of);
    }
    return of.objects;
  };
  const find = (served: Served, name: string | undefined, namespace: string | undefined) =>
    objectsOf(served).get(keyOf(name, namespace));
  const namespaceOf = (name: string) => stored.get(NAMESPACES)?.objects.get(keyOf(name, undefined));

  const put = (served: Served, type: "ADDED" | "MODIFIED", object: Stored): Stored => {
    const { name, namespace } = object.metadata;
    events.append(served.id, (resourceVersion) => {
      object.metadata.resourceVersion = resourceVersion;
      return { type, object: structuredClone(object) };
    });
    objectsOf(served).set(keyOf(name, namespace), object);
    return object;
  };
  const remove = (served: Served, object: Stored): void => {
    const { name, namespace } = object.metadata;
    objectsOf(served).delete(keyOf(name, namespace));
    events.append(served.id, (resourceVersion) => {
      const last = structuredClone(object);
      last.metadata.resourceVersion = resourceVersion;
      return { type: "DELETED", object: last };
    });
    // It may have been the last that a namespace waited for.
    if (namespace !== undefined) emptied(namespace);
  };
  const contentOf = (namespace: string) =>
    [...stored.values()].flatMap(({ served, objects }) =>
      [...objects.values()]
        .filter(({ metadata }) => metadata.namespace === namespace)
        .map((object) => ({ served, object })),
    );
  /** What the namespace controller does: a namespace that is being deleted goes when it is empty. */
  const emptied = (name: string): void => {
    const namespace = namespaceOf(name);
    const served = stored.get(NAMESPACES)?.served;
    if (namespace?.metadata.deletionTimestamp === undefined || served === undefined) return;
    if (contentOf(name).length > 0 || hasFinalizers(namespace)) return;
    remove(served, namespace);
  };
  const markDeleted = (served: Served, object: Stored): void => {
    const marked = structuredClone(object);
    marked.metadata.deletionTimestamp = now();
    if (served.id === NAMESPACES) marked.status = { phase: "Terminating" };
    put(served, "MODIFIED", marked);
  };
  const deleteObject = (served: Served, object: Stored): void => {
    const { name = "", deletionTimestamp } = object.metadata;
    if (served.id === NAMESPACES) {
      if (deletionTimestamp === undefined) markDeleted(served, object);
      for (const content of contentOf(name)) deleteObject(content.served, content.object);
      emptied(name);
    } else if (!hasFinalizers(object)) {
      remove(served, object);
    } else if (deletionTimestamp === undefined) {
      markDeleted(served, object);
    }
  };

  return {
    get: find,
    all: (served) => [...objectsOf(served).values()],
    create(served, given) {
      if (served.subresource !== undefined) throw notAllowed();
      const object = copyOf(given, served);
      const { metadata } = object;
      const { generateName = "", namespace } = metadata;
      if (generateName !== "") metadata.name ??= `${generateName.slice(0, 58)}${suffix()}`;
      const { name } = metadata;
      if (!name) throw invalid(served.shown, "", "metadata.name: Required value");
      if (served.namespaced) {
        const within = namespaceOf(namespace ?? "");
        if (within === undefined) throw notFound("namespaces", namespace ?? "");
        if (within.metadata.deletionTimestamp !== undefined) {
          throw terminating(served.shown, name, namespace ?? "");
        }
      }
      if (find(served, name, namespace) !== undefined) throw alreadyExists(served.shown, name);
      delete metadata.deletionTimestamp;
      object.metadata = { ...metadata, uid: randomUUID(), creationTimestamp: now() };
      if (served.id === NAMESPACES) {
        const labels = { ...metadata.labels, "kubernetes.io/metadata.name": name };
        object.metadata.labels = labels;
        object.spec ??= {};
        object.status = { phase: "Active" };
      }
      return put(served, "ADDED", object);
    },
    update(served, given) {
      const object = copyOf(given, served);
      const { name = "", namespace, resourceVersion, uid } = object.metadata;
      const before = find(served, name, namespace);
      if (before === undefined) throw notFound(served.shown, name);
      if (uid !== undefined && uid !== before.metadata.uid) {
        throw conflict(served.shown, name, `the UID in the precondition is ${uid}`);
      }
      if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion) {
        const why =
          "the object has been modified; please apply your changes to the latest version and try again";
        throw conflict(served.shown, name, why);
      }
      const after = inPlaceOf(before, object, served);
      // A write that changes nothing is none, and nobody hears of it.
      if (isDeepStrictEqual(after, before)) return before;
      const saved = put(served, "MODIFIED", after);
      if (after.metadata.deletionTimestamp !== undefined && !hasFinalizers(after)) {
        if (served.id === NAMESPACES) emptied(name);
        else remove(served, saved);
      }
      return saved;
    },
    delete(served, name, { namespace, uid, resourceVersion }) {
      const object = find(served, name, namespace);
      if (object === undefined) throw notFound(served.shown, name);
      const { metadata } = object;
      if (uid !== undefined && uid !== metadata.uid) {
        const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`;
        throw conflict(served.shown, name, why);
      }
      if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
        const why = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}`;
        throw conflict(served.shown, name, why);
      }
      deleteObject(served, object);
    },
  };
}

/** What the API server keeps of the object that there was, and of what was sent. */
function inPlaceOf(before: Stored, object: Stored, { subresource, id }: Served): Stored {
  const { uid, creationTimestamp, deletionTimestamp, resourceVersion } = before.metadata;
  const kept = { uid, creationTimestamp, deletionTimestamp, resourceVersion };
  const metadata = withoutUndefined({ ...object.metadata, ...kept }) as Stored["metadata"];
  if (subresource === "status") return withoutUndefined({ ...before, status: object.status });
  if (subresource !== undefined && subresource !== "finalize") throw notAllowed();
  // The status of a namespace has its own subresource; so has that of nearly all that have one.
  const status = id === NAMESPACES || "status" in before ? { status: before.status } : {};
  return { ...object, metadata, ...status };
}

/** As JSON would carry it, so that nothing is shared with whoever gave it. */
function copyOf(given: KubernetesObject, { apiVersion, namespaced }: Served): Stored {
  const object = JSON.parse(JSON.stringify(given)) as Stored;
  const metadata = { ...object.metadata };
  delete metadata.managedFields;
  if (!namespaced) delete metadata.namespace;
  return { ...object, apiVersion, metadata };
}

function hasFinalizers({ metadata }: Stored): boolean {
  return (metadata.finalizers ?? []).length > 0;
}

function keyOf(name: string | undefined, namespace: string | undefined): string {
  return `${namespace ?? ""}/${name ?? ""}`;
}

function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

function suffix(): string {
  const letter = () => ALPHABET[Math.floor(Math.random() * ALPHABET.length)];
  return Array.from({ length: 5 }, letter).join("");
}

function withoutUndefined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
