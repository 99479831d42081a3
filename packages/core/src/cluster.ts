import type { Kinds } from "@gatewright/kubernetes-types";
import type { DeepReadonly, KubernetesObject } from "./rule-types.ts";

/**
 * A resource as `Kinds` names it: `"v1/namespaces"`, `"apps/v1/deployments"`, with a subresource
 * `"v1/namespaces/status"`. A custom resource that was not merged into `Kinds` is named in the same way.
 */
export type ResourceKey = keyof Kinds | (string & Record<never, never>);

/** The type of a resource's objects: a `KubernetesObject` where `Kinds` has no other. */
export type ObjectOf<Key extends ResourceKey> = Key extends keyof Kinds
  ? Kinds[Key]
  : KubernetesObject;

/**
 * An object as it is sent: `apiVersion`, `kind`, and of all else as much as is needed. What a read gives as
 * well, for objects as they are stored have what was left out.
 */
export type ObjectToWrite<Key extends ResourceKey> = DeepPartial<ObjectOf<Key>> & {
  readonly apiVersion: unknown;
  readonly kind: unknown;
};

type DeepPartial<T> = T extends Primitive
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepPartial<Item>[]
    : {
        // Undefined is what JSON leaves out, and what reading an optional field gives.
        readonly [K in keyof T]?: (unknown extends T[K] ? T[K] : DeepPartial<T[K]>) | undefined;
      };

type Primitive = string | number | boolean | null | undefined;

/** A way of changing a resource: RBAC's verb for it. */
export type WriteVerb = "create" | "update" | "patch" | "delete";

/** Which object of a namespaced resource. */
export interface InNamespace {
  /** The object's namespace; left out, or undefined or empty, for a resource without namespaces. */
  namespace?: string | undefined;
}

/** Which objects of a resource. */
export interface ListOptions {
  /** @default those of all namespaces */
  namespace?: string | undefined;
  /**
   * As kubectl's `--selector` takes it: `app=web,tier in (a, b),!canary`.
   * @default whatever their labels
   */
  labelSelector?: string | undefined;
}

/** What must be so for an object to be deleted, and what becomes of those that it owns. */
export interface DeletionOptions extends InNamespace {
  /** Deletes this very object: one that was made since under the same name stays (409 Conflict). */
  uid?: string | undefined;
  /** Deletes the object as it was then: one that was changed since stays (409 Conflict). */
  resourceVersion?: string | undefined;
  /** @default the resource's own, which is "Background" for nearly all */
  propagationPolicy?: "Orphan" | "Background" | "Foreground" | undefined;
}

/**
 * The cluster as a plugin sees it: what it declared in `reads` and `writes`, and nothing else.
 *
 * Objects are shared with everybody who reads them, so they are frozen; `structuredClone(object)` is one to
 * change. They come without `metadata.managedFields`, which an `update` keeps when it is sent without.
 *
 * Every call ends with the review's deadline, after 5 s at the latest, and rejects with `ClusterError`
 * where the API server refuses it or does not answer.
 */
export interface Cluster {
  /**
   * One object, or undefined where there is none. Answered from a cache; where that has no such object, or
   * has lost touch with the API server, the API server is asked.
   *
   * @throws GatewrightError `GW_UNDECLARED_ACCESS` for a resource that is not in `reads`.
   */
  get<Key extends ResourceKey>(
    resource: Key,
    name: string,
    options?: InNamespace,
  ): Promise<DeepReadonly<ObjectOf<Key>> | undefined>;
  /**
   * What `get` would answer from the cache, at once: undefined where the cache has no such object, or has lost touch
   * with the API server, and only `get` knows. A handler that need not wait saves a tenth of a small review.
   *
   * @throws GatewrightError `GW_UNDECLARED_ACCESS` for a resource that is not in `reads`.
   */
  peek<Key extends ResourceKey>(
    resource: Key,
    name: string,
    options?: InNamespace,
  ): DeepReadonly<ObjectOf<Key>> | undefined;
  /**
   * All objects of a resource, in no particular order. Answered from a cache, which is behind by some
   * milliseconds; where that has lost touch with the API server, the API server is asked.
   *
   * @throws GatewrightError `GW_UNDECLARED_ACCESS` for a resource that is not in `reads`.
   */
  list<Key extends ResourceKey>(
    resource: Key,
    options?: ListOptions,
  ): Promise<readonly DeepReadonly<ObjectOf<Key>>[]>;
  /**
   * Makes an object, in the namespace that it names. `metadata.generateName` does for a name.
   * A subresource is sent to the object that `metadata.name` names.
   *
   * @returns the object as it is stored.
   * @throws GatewrightError `GW_UNDECLARED_ACCESS` where `writes` does not list `create` for it, or the
   *   hook's `sideEffects` is `None`; `GW_DRY_RUN_WRITE` in a dry run.
   */
  create<Key extends ResourceKey>(
    resource: Key,
    object: ObjectToWrite<Key>,
  ): Promise<DeepReadonly<ObjectOf<Key>>>;
  /**
   * Puts an object in the place of the one with its name. With a `metadata.resourceVersion`, only of the
   * one that was read: where it has changed since, the call rejects with 409 Conflict.
   *
   * @returns the object as it is stored.
   * @throws GatewrightError `GW_UNDECLARED_ACCESS` where `writes` does not list `update` for it, or the
   *   hook's `sideEffects` is `None`; `GW_DRY_RUN_WRITE` in a dry run.
   */
  update<Key extends ResourceKey>(
    resource: Key,
    object: ObjectToWrite<Key>,
  ): Promise<DeepReadonly<ObjectOf<Key>>>;
  /**
   * Server-side apply, as the field manager `gatewright-<plugin>`, which takes fields from whoever else set
   * them: the object is made where there is none, and else gets the fields that are given. What the plugin
   * applied before and no longer gives is removed.
   *
   * @returns the object as it is stored.
   * @throws GatewrightError `GW_UNDECLARED_ACCESS` where `writes` does not list both `create` and `patch`
   *   for it, or the hook's `sideEffects` is `None`; `GW_DRY_RUN_WRITE` in a dry run.
   */
  apply<Key extends ResourceKey>(
    resource: Key,
    object: ObjectToWrite<Key>,
  ): Promise<DeepReadonly<ObjectOf<Key>>>;
  /**
   * Deletes an object; one with finalizers goes when they are done.
   *
   * @throws GatewrightError `GW_UNDECLARED_ACCESS` where `writes` does not list `delete` for it, or the
   *   hook's `sideEffects` is `None`; `GW_DRY_RUN_WRITE` in a dry run.
   * @throws ClusterError 404 NotFound where there is none.
   */
  delete(resource: ResourceKey, name: string, options?: DeletionOptions): Promise<void>;
  /**
   * The name by which the API server knows this server: what `userInfo.username` is in reviews of the server's own
   * writes, so that a plugin can let those pass. Asked once, and again every five minutes; in dry runs, too.
   *
   * @example "system:serviceaccount:gatewright-system:gatewright"
   * @throws GatewrightError `GW_UNDECLARED_ACCESS` in a plugin that declares nothing of the cluster.
   */
  username(): Promise<string>;
}
