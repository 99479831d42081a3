import type { WatchEvent } from "../cluster-connection.ts";
import { deepFreeze } from "../deep-freeze.ts";
import type { KubernetesObject } from "../rule-types.ts";
import type { Labels } from "./label-selector.ts";

/** Hears what has become of an object: undefined is what was not there, or is there no more. */
export type Changed = (
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
) => void;

/** The objects of one resource, as they were last heard of. */
export interface Store {
  get(name: string, namespace?: string): KubernetesObject | undefined;
  /** Those in a namespace or in all, that `matches` says of. Frozen, and the same list until it changes. */
  list(namespace?: string, matches?: (labels: Labels) => boolean): readonly KubernetesObject[];
  size(): number;
  /** Takes what a list gave: what is not in it is gone. */
  replace(items: readonly KubernetesObject[]): void;
  /** Takes what happened to one object. */
  apply(event: WatchEvent): void;
  /** Tells of each change from now on, by an event or a list, once the store has it. @returns what ends that. */
  subscribe(changed: Changed): () => void;
}

/** Names are unique within a namespace; objects without one are under `""`. */
type Namespaces = Map<string, Map<string, KubernetesObject>>;

export function createStore(): Store {
  let namespaces: Namespaces = new Map();
  let everything: readonly KubernetesObject[] | undefined;
  const all = () =>
    (everything ??= Object.freeze([...namespaces.values()].flatMap((one) => [...one.values()])));
  const subscribers = new Set<Changed>();
  const tell: Changed = (before, after) => {
    // A list has mostly what was known.
    if (before && after && versionOf(before) === versionOf(after)) return;
    for (const changed of subscribers) changed(before, after);
  };
  return {
    get: (name, namespace = "") => namespaces.get(namespace)?.get(name),
    list(namespace, matches) {
      const within =
        namespace === undefined ? all() : [...(namespaces.get(namespace)?.values() ?? [])];
      if (matches === undefined) return Object.freeze(within);
      return Object.freeze(within.filter(({ metadata }) => matches(metadata?.labels)));
    },
    size: () => all().length,
    replace(items) {
      const replaced: Namespaces = new Map();
      for (const item of items) put(replaced, item);
      const gone = namespaces;
      namespaces = replaced;
      everything = undefined;
      if (subscribers.size === 0) return;
      for (const item of items) tell(remove(gone, item), item);
      for (const within of gone.values())
        for (const object of within.values()) tell(object, undefined);
    },
    apply({ type, object }) {
      if (type === "BOOKMARK") return;
      everything = undefined;
      if (type === "DELETED") tell(remove(namespaces, object) ?? object, undefined);
      else tell(put(namespaces, object), object);
    },
    subscribe(changed) {
      subscribers.add(changed);
      return () => void subscribers.delete(changed);
    },
  };
}

/**
 * The object as plugins share it: frozen, and without `managedFields`, which are half of many an object
 * and of no use to a plugin.
 */
export function shared(object: KubernetesObject): KubernetesObject {
  if (Object.isFrozen(object)) return object;
  if (object.metadata !== undefined) delete object.metadata.managedFields;
  return deepFreeze(object);
}

/** @returns what was there before. */
function put(namespaces: Namespaces, object: KubernetesObject): KubernetesObject | undefined {
  const { name, namespace } = keyOf(object);
  let within = namespaces.get(namespace);
  if (within === undefined) {
    within = new Map();
    namespaces.set(namespace, within);
  }
  const before = within.get(name);
  within.set(name, shared(object));
  return before;
}

/** @returns what was there. */
function remove(namespaces: Namespaces, object: KubernetesObject): KubernetesObject | undefined {
  const { name, namespace } = keyOf(object);
  const within = namespaces.get(namespace);
  const before = within?.get(name);
  within?.delete(name);
  if (within?.size === 0) namespaces.delete(namespace);
  return before;
}

function versionOf({ metadata }: KubernetesObject): string | undefined {
  return metadata?.resourceVersion;
}

function keyOf({ metadata }: KubernetesObject): { name: string; namespace: string } {
  const { name, namespace = "" } = metadata ?? {};
  if (name === undefined) throw new TypeError("the API server sent an object without a name");
  return { name, namespace };
}
