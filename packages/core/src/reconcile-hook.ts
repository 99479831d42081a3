import type { Cluster, ObjectOf, ResourceKey } from "./cluster.ts";
import type { Logger } from "./log.ts";
import type { DeepReadonly } from "./rule-types.ts";

/** Which object of a resource. Without a name, as that of an object without a namespace, it is none. */
export interface ObjectKey {
  readonly name: string | undefined;
  /** Left out, or undefined or empty, for a resource without namespaces. */
  readonly namespace?: string | undefined;
}

/** What is to be put right: one object of the hook's `resource`, whatever has happened to it. */
export interface ReconcileRequest<Key extends ResourceKey = ResourceKey> {
  readonly name: string;
  /** Undefined for a resource without namespaces. */
  readonly namespace: string | undefined;
  /** As the cache has it now, frozen; undefined where it is gone. */
  readonly object: DeepReadonly<ObjectOf<Key>> | undefined;
}

/** What `reconcile.handle` works with. */
export interface ReconcileContext<Config = unknown, State = unknown> {
  /** The validated configuration, deeply frozen. */
  readonly config: Config;
  /** What `setup` returned. */
  readonly state: State;
  /**
   * The cluster, as far as the plugin's `reads` and `writes` go. Its verbs throw `GW_RECONCILE_ENDED` once
   * another server may have taken over, and each call ends after 5 s at the latest.
   */
  readonly cluster: Cluster;
  /** Lines of this plugin; the object's name and namespace are added. */
  readonly log: Logger;
  /**
   * Aborts when the server no longer leads, or is closed: whoever takes over begins with this object, too. There
   * is no time limit otherwise; what runs for a minute is logged.
   */
  readonly signal: AbortSignal;
}

/** When `reconcile.handle` wants to see the object again though nothing has happened. */
export interface ReconcileResult {
  /** In seconds; fractions are fine. @default only when something has happened */
  requeueAfterSeconds?: number | undefined;
}

/**
 * Which objects of the hook's `resource` an object concerns: one, several or none. It is asked of the object as
 * it was and as it is, and should do no more than look at it.
 */
export type Concerned<Key extends ResourceKey = ResourceKey> = (
  object: DeepReadonly<ObjectOf<Key>>,
) => ObjectKey | readonly ObjectKey[] | undefined;

/**
 * Brings the cluster in line with the objects of a resource, after they were admitted and whenever something
 * changes: `handle` is called with an object's name, and makes things as they should be. What happened is not
 * told, nor is each event a call: only the last state counts (level-triggered).
 *
 * Of all servers with the plugin one runs it, the one that holds the Lease `gatewright-<plugin>`.
 */
export interface ReconcileHook<
  Key extends ResourceKey,
  Watched extends ResourceKey,
  Config,
  State,
> {
  /** `handle` is called for each of its objects, at the start and whenever it changed. It need not be in `reads`. */
  resource: Key;
  /**
   * Further resources whose changes are a reason to call `handle`, each with the objects of `resource` that one of
   * its objects concerns. They need not be in `reads`.
   *
   * @default none
   * @example
   * watches: { "v1/resourcequotas": ({ metadata }) => ({ name: metadata.namespace }) }
   */
  watches?: { readonly [Other in Watched]: Concerned<Other> };
  /** How many objects at a time; never two calls for one. @default 1 */
  maxConcurrentReconciles?: number;
  /**
   * Makes things as they should be for one object. It runs again and again, so it should write only what is not
   * so yet. A throw is logged, and tried again after 5 ms, then 10 ms, up to a minute.
   */
  handle(
    request: ReconcileRequest<Key>,
    context: ReconcileContext<Config, State>,
  ): void | ReconcileResult | Promise<void | ReconcileResult>;
}

/** A hook whose type parameters no longer matter. */
export interface AnyReconcileHook {
  resource: string;
  watches?: Readonly<Record<string, Concerned>>;
  maxConcurrentReconciles?: number;
  handle(
    request: ReconcileRequest,
    context: ReconcileContext,
  ): void | ReconcileResult | Promise<void | ReconcileResult>;
}
