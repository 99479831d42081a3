/** What RBAC is to let the server do with one resource: a rule of a ClusterRole. */
export interface PolicyRule {
  /** `""` is the core group. */
  readonly apiGroups: readonly [string];
  /** With a subresource: `namespaces/status`. */
  readonly resources: readonly [string];
  readonly verbs: readonly string[];
  /** The names of the objects that it is about; left out where it is about all of them. */
  readonly resourceNames?: readonly string[];
}
