// Generated from the OpenAPI of kube-apiserver v1.36.3 by `pnpm generate:types`. Do not edit.

import type { ObjectMeta } from "../meta/v1.ts";

/**
 * VolumeAttributesClass represents a specification of mutable volume attributes defined by the CSI
 * driver.
 */
export interface VolumeAttributesClass {
  apiVersion: "storage.k8s.io/v1beta1";
  kind: "VolumeAttributesClass";
  /** Standard object's metadata. */
  metadata: ObjectMeta;
  /** Name of the CSI driver This field is immutable. */
  driverName: string;
  /**
   * parameters hold volume attributes defined by the CSI driver. These values are opaque to the
   * Kubernetes and are passed directly to the CSI driver.
   */
  parameters?: Record<string, string>;
}
