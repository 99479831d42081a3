/** Labels that an object must have (`metav1.LabelSelector`). */
export interface LabelSelector {
  matchLabels?: Readonly<Record<string, string>>;
  matchExpressions?: readonly {
    key: string;
    operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
    values?: readonly string[];
  }[];
}

/** A CEL expression that a request must meet, or the API server does not ask (KEP-3716). */
export interface MatchCondition {
  /** Unique in its webhook. */
  name: string;
  expression: string;
}

/**
 * What a registration leaves out unless it is named: a server that is down under `failurePolicy: Fail` must not
 * keep the cluster from recovering.
 *
 * - `own-namespace`: what is in the namespace of the server itself
 * - `kube-system`: what is in `kube-system` and `kube-node-lease`
 * - `nodes`: Nodes and CSINodes
 * - `certificatesigningrequests`: by which nodes join
 * - `leases`: by which nodes and controllers say that they live
 * - `reviews`: TokenReviews and SubjectAccessReviews, by which components let each other in
 */
export type Included =
  | "own-namespace"
  | "kube-system"
  | "nodes"
  | "certificatesigningrequests"
  | "leases"
  | "reviews";

/** How a webhook is registered, beside its rules: what the API server checks before it asks. */
export interface RegistrationPolicy {
  /** @default all namespaces, but for those that `include` is about */
  namespaceSelector?: LabelSelector;
  /** By labels of the object itself, which its author chooses. @default all objects */
  objectSelector?: LabelSelector;
  /** @default "Equivalent" */
  matchPolicy?: "Exact" | "Equivalent";
  /** Beside those by which nodes, leases and the like are left out. @default none */
  matchConditions?: readonly MatchCondition[];
  /** Of mutators: whether they are asked again after others changed the object. @default "IfNeeded" */
  reinvocationPolicy?: "Never" | "IfNeeded";
  /** What is left out by construction, and is to be judged all the same. @default none */
  include?: readonly Included[];
}
