/**
 * What a CREATE or an UPDATE was asked with: `options` of an admission request. A PATCH arrives as
 * one of the two. No OpenAPI schema describes them, for they come from the query string.
 *
 * Source: `k8s.io/apimachinery/pkg/apis/meta/v1/types.go`, v0.36.3.
 */

/** `options` of a CREATE. */
export interface CreateOptions {
  apiVersion: "meta.k8s.io/v1";
  kind: "CreateOptions";
  /** `["All"]` on a dry run. */
  dryRun?: string[];
  /** Who the change is recorded for in `metadata.managedFields`: `kubectl-create`. */
  fieldManager?: string;
  /** `"Ignore"`, `"Warn"` or `"Strict"`: how unknown and duplicate fields are taken. */
  fieldValidation?: string;
}

/** `options` of an UPDATE. */
export interface UpdateOptions {
  apiVersion: "meta.k8s.io/v1";
  kind: "UpdateOptions";
  /** `["All"]` on a dry run. */
  dryRun?: string[];
  /** Who the change is recorded for in `metadata.managedFields`: `kubectl-edit`. */
  fieldManager?: string;
  /** `"Ignore"`, `"Warn"` or `"Strict"`: how unknown and duplicate fields are taken. */
  fieldValidation?: string;
}
