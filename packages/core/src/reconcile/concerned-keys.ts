import type { Cache } from "../cluster/caches.ts";
import type { LoadedPlugin } from "../loaded-plugin.ts";
import type { ObjectKey } from "../reconcile-hook.ts";
import type { KubernetesObject } from "../rule-types.ts";

/** A plugin that reconciles. */
export type ReconcilingPlugin = LoadedPlugin & {
  readonly reconcile: NonNullable<LoadedPlugin["reconcile"]>;
};

/** Which objects of a plugin's resource are to be reconciled, as `namespace/name`. */
export interface ConcernedKeys {
  /** Those of all that there is. */
  all(): string[];
  /** Tells those of each change. @returns what ends that. */
  follow(concern: (key: string) => void): () => void;
}

/** What the caches of a plugin's `resource` and `watches` say of it. */
export function createConcernedKeys(
  plugin: ReconcilingPlugin,
  cacheOf: (resource: string) => Cache,
): ConcernedKeys {
  const { name, reconcile, log } = plugin;
  const broken = new Set<string>();
  type KeysOf = (object: KubernetesObject) => string[];
  const own: KeysOf = ({ metadata }) => keysIn(metadata as ObjectKey | undefined);
  const watched = [...reconcile.watches].map(([resource, concerned]): [string, KeysOf] => [
    resource,
    (object) => {
      try {
        const keys = concerned(object);
        return [keys ?? []].flat().flatMap((key) => keysIn(key));
      } catch (err) {
        // A cache that is told so would take it for its own, and list everything anew.
        const level = broken.has(resource) ? "debug" : "error";
        broken.add(resource);
        log[level]({ err, resource }, `reconcile.watches of plugin "${name}" threw`);
        return [];
      }
    },
  ]);
  const sources = [[reconcile.resource, own] as const, ...watched];
  return {
    all: () => [
      ...new Set(sources.flatMap(([resource, keysOf]) => cacheOf(resource).list().flatMap(keysOf))),
    ],
    follow(concern) {
      const stops = sources.map(([resource, keysOf]) =>
        cacheOf(resource).subscribe((before, after) => {
          const objects = [before, after].filter((object) => object !== undefined);
          // What an object no longer concerns is to hear of that, too.
          for (const key of new Set(objects.flatMap(keysOf))) concern(key);
        }),
      );
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

/** Neither a name nor a namespace has a slash in it. */
function keysIn(key: ObjectKey | undefined): string[] {
  return key?.name ? [`${key.namespace ?? ""}/${key.name}`] : [];
}

/** Takes a key apart. */
export function objectKeyOf(key: string): { name: string; namespace: string | undefined } {
  const slash = key.indexOf("/");
  return { name: key.slice(slash + 1), namespace: key.slice(0, slash) || undefined };
}

/** For people: `shop/cart`, or the name alone. */
export function shownKey(key: string): string {
  return key.startsWith("/") ? key.slice(1) : key;
}
