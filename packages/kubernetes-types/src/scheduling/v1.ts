// Generated from the OpenAPI of kube-apiserver v1.36.3 by `pnpm generate:types`. Do not edit.

import type { ObjectMeta } from "../meta/v1.ts";

/**
 * PriorityClass defines mapping from a priority class name to the priority integer value. The value
 * can be any valid integer.
 */
export interface PriorityClass {
  apiVersion: "scheduling.k8s.io/v1";
  kind: "PriorityClass";
  /** Standard object's metadata. */
  metadata: ObjectMeta;
  /**
   * description is an arbitrary string that usually provides guidelines on when this priority class
   * should be used.
   */
  description?: string;
  /**
   * globalDefault specifies whether this PriorityClass should be considered as the default priority
   * for pods that do not have any priority class. Only one PriorityClass can be marked as
   * `globalDefault`.
   */
  globalDefault?: boolean;
  /**
   * preemptionPolicy is the Policy for preempting pods with lower priority. One of Never,
   * PreemptLowerPriority. Defaults to PreemptLowerPriority if unset.
   */
  preemptionPolicy?: "Never" | "PreemptLowerPriority";
  /**
   * value represents the integer value of this priority class. This is the actual priority that pods
   * receive when they have the name of this class in their pod spec.
   */
  value?: number;
}
