import type { Kinds, ServedOperations } from "@gatewright/kubernetes-types";
import type {
  CreateOptions,
  DeleteOptions,
  ObjectMeta,
  UpdateOptions,
} from "@gatewright/kubernetes-types/meta/v1";
import type { AdmissionRequest, Operation } from "./admission.ts";

/**
 * Which requests a hook sees: `admissionregistration.k8s.io/v1` RuleWithOperations. A request must
 * match each list; `"*"` stands alone and matches all. Written as literals, rules give `handle` its
 * types.
 *
 * @example
 * { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE", "UPDATE"] }
 */
export interface Rule {
  /** `""` is the core group. */
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  /**
   * Plural and lower case. `pods` is pods without subresources, `pods/eviction` one subresource,
   * `pods/*` all subresources of pods, `*` all resources without, `*\/*` with subresources.
   */
  readonly resources: readonly string[];
  readonly operations: readonly (Operation | "*")[];
  /** @default "*" */
  readonly scope?: "Cluster" | "Namespaced" | "*";
}

/**
 * What every Kubernetes object has: the type of an object whose resource is not in `Kinds`, and a
 * parameter that takes any of them.
 */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  /** Absent in the options of a CONNECT only. */
  metadata?: ObjectMeta;
  spec?: unknown;
  status?: unknown;
}

/**
 * `T`, read-only in all its depth. A `T` can be passed where this is asked for, but not back.
 *
 * @example
 * function isPrivileged(spec: DeepReadonly<PodSpec>): boolean
 */
export type DeepReadonly<T> = {
  // Not a conditional type, whose name editors would replace by its fields; and what is no object
  // stays as it is written, for their sake too.
  readonly [K in keyof T]: unknown extends T[K]
    ? T[K]
    : T[K] extends Primitive
      ? T[K]
      : DeepReadonly<T[K]>;
};

type Primitive = string | number | boolean | null | undefined;

/** What a request says beside its object. */
interface RequestFacts
  extends DeepReadonly<Omit<AdmissionRequest, "operation" | "object" | "oldObject" | "options">> {}

interface OnCreate extends RequestFacts {
  readonly operation: "CREATE";
  readonly oldObject: null;
  readonly options: DeepReadonly<CreateOptions>;
}

interface OnUpdate<T> extends RequestFacts {
  readonly operation: "UPDATE";
  /** The object as it is stored. */
  readonly oldObject: DeepReadonly<T>;
  readonly options: DeepReadonly<UpdateOptions>;
}

interface OnConnect extends RequestFacts {
  readonly operation: "CONNECT";
  readonly oldObject: null;
  readonly options: null;
}

/** A new object, or a subresource that is created, such as `pods/eviction`. */
export interface CreateRequest<T> extends OnCreate {
  readonly object: DeepReadonly<T>;
}

/** A change of an object: PUT, PATCH and server-side apply alike. */
export interface UpdateRequest<T> extends OnUpdate<T> {
  /** The object as it would be stored. */
  readonly object: DeepReadonly<T>;
}

/** The end of an object; the deletion of a collection is one request for each of its objects. */
export interface DeleteRequest<T> extends RequestFacts {
  readonly operation: "DELETE";
  readonly object: null;
  /** The object as it is stored. */
  readonly oldObject: DeepReadonly<T>;
  readonly options: DeepReadonly<DeleteOptions>;
}

/** exec, attach, portforward, proxy: `object` has the options, such as the command of an exec. */
export interface ConnectRequest<T> extends OnConnect {
  readonly object: DeepReadonly<T>;
}

/** A `CreateRequest` as a mutator sees it. */
export interface MutableCreateRequest<T> extends OnCreate {
  /** A draft: change it in place. */
  readonly object: T;
}

/** An `UpdateRequest` as a mutator sees it. */
export interface MutableUpdateRequest<T> extends OnUpdate<T> {
  /** A draft of the object as it would be stored: change it in place. */
  readonly object: T;
}

/** A `ConnectRequest` as a mutator sees it. */
export interface MutableConnectRequest<T> extends OnConnect {
  /** A draft: change it in place. */
  readonly object: T;
}

/**
 * Stands for the request where none can match: the API server has no DELETE of `pods/eviction`, and a
 * mutator gets none. That it has no `object` is the compiler's way to say so.
 */
export interface NoSuchRequest {
  readonly operation: never;
}

/**
 * What a validator gets for its rules: one member for each resource and operation that the API server
 * sends, to be told apart by `operation`. A resource that is not in `Kinds`, or is named by a
 * wildcard, is a `KubernetesObject`; so is every resource where the rules are no literals.
 */
export type ValidateRequest<Rules extends readonly Rule[]> = OrNone<
  Validated<CaseOf<Rules[number]>>
>;

/** What a mutator gets for its rules. There is no DELETE, for its object cannot be changed. */
export type MutateRequest<Rules extends readonly Rule[]> = OrNone<Mutated<CaseOf<Rules[number]>>>;

type OrNone<Request> = [Request] extends [never] ? NoSuchRequest : Request;

type Validated<C> = C extends readonly [infer T, infer O]
  ? O extends "CREATE"
    ? CreateRequest<T>
    : O extends "UPDATE"
      ? UpdateRequest<T>
      : O extends "DELETE"
        ? DeleteRequest<T>
        : ConnectRequest<T>
  : never;

type Mutated<C> = C extends readonly [infer T, infer O]
  ? O extends "CREATE"
    ? MutableCreateRequest<T>
    : O extends "UPDATE"
      ? MutableUpdateRequest<T>
      : O extends "CONNECT"
        ? MutableConnectRequest<T>
        : never
  : never;

// Below, no intersection of `keyof Kinds` with anything: where `Rules` is still generic, the compiler
// would multiply its hundred and fifty keys out, until its memory ends.

/** A pair for each resource and operation: the object's type, and the operation. */
type CaseOf<R extends Rule> = R extends Rule
  ? CaseOfEach<
      R["apiGroups"][number],
      R["apiVersions"][number],
      R["resources"][number],
      R["operations"][number]
    >
  : never;

// Each parameter is distributed over: three resources in two versions are six lookups.
type CaseOfEach<G, V, R, O> = G extends string
  ? V extends string
    ? R extends string
      ? CaseOfKey<KeyOf<G, V, R>, R, O extends "*" ? Operation : O>
      : never
    : never
  : never;

type CaseOfKey<K, R, O> = [K] extends [never]
  ? Pair<KubernetesObject, O, Operation>
  : K extends keyof Kinds
    ? Pair<Kinds[K], O, OperationOf<K, R>>
    : never;

type Pair<T, O, Served> = O extends Served ? readonly [T, O] : never;

type OperationOf<K, R> = K extends keyof ServedOperations
  ? ServedOperations[K]
  : R extends `${string}/${string}`
    ? Operation
    : Exclude<Operation, "CONNECT">;

// `never` where the resource is unknown. A `string` that is no literal would match every key.
type KeyOf<G extends string, V extends string, R extends string> = string extends G | V | R
  ? never
  : V extends "*"
    ? KeyOfAnyVersion<keyof Kinds, G extends "" ? "" : `${G}/`, R>
    : Known<G extends "" ? `${V}/${R}` : `${G}/${V}/${R}`>;

type Known<Key> = Key extends keyof Kinds ? Key : never;

type KeyOfAnyVersion<
  Key,
  Prefix extends string,
  R extends string,
> = Key extends `${Prefix}${infer V}/${R}`
  ? V extends `${string}/${string}`
    ? never
    : Key
  : never;
