/**
 * The wire types of an admission review, as kube-apiserver writes and reads them.
 *
 * Source: `k8s.io/api/admission/v1/types.go` and `k8s.io/apimachinery/pkg/apis/meta/v1/types.go`.
 * `admission.k8s.io/v1beta1` has the same fields.
 */

/** What a request wants to do with the object. `CONNECT` is exec, attach, portforward and proxy. */
export type Operation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

/** A kind as a request names it. `group` is `""` for the core group. */
export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

/** A resource as a request names it: `{ group: "", version: "v1", resource: "pods" }`. */
export interface GroupVersionResource {
  group: string;
  version: string;
  resource: string;
}

/** Who sent the request: the impersonated identity, where one user acts as another. */
export interface UserInfo {
  username?: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
}

/** What every Kubernetes object has; anything else of an unknown kind is `unknown`. */
export interface AdmissionObject {
  apiVersion?: string;
  kind?: string;
  metadata?: {
    name?: string;
    generateName?: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [key: string]: unknown;
  };
  [key: string]: unknown;
}

/** One request to be judged: `AdmissionReview.request`. */
export interface AdmissionRequest {
  /** Names this call alone; the answer repeats it. */
  uid: string;
  /** The kind of `object`, after a conversion by `matchPolicy: Equivalent`. */
  kind: GroupVersionKind;
  resource: GroupVersionResource;
  /** `"eviction"`, `"status"`, …; absent for the resource itself. */
  subResource?: string;
  requestKind?: GroupVersionKind;
  requestResource?: GroupVersionResource;
  requestSubResource?: string;
  /**
   * Empty on CREATE with `generateName` in the mutating phase, and on each item of a
   * deletecollection: there `oldObject.metadata.name` has it.
   */
  name?: string;
  /** Empty for cluster-scoped objects; for a Namespace, its own name. */
  namespace?: string;
  operation: Operation;
  userInfo: UserInfo;
  /** Null on DELETE; on CONNECT the options object. */
  object: AdmissionObject | null;
  /** Set on UPDATE and DELETE. */
  oldObject: AdmissionObject | null;
  dryRun?: boolean;
  /** `CreateOptions`, `UpdateOptions`, `DeleteOptions` of the request. */
  options?: AdmissionObject | null;
}

/** The two versions that are decoded and answered. */
export type AdmissionReviewVersion = "admission.k8s.io/v1" | "admission.k8s.io/v1beta1";

/** One reason of a refusal: `metav1.StatusCause`. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** Why a request was refused: the part of `metav1.Status` that kube-apiserver keeps. */
export interface AdmissionStatus {
  status: "Failure";
  message: string;
  reason: string;
  /** The HTTP status that the user gets. */
  code: number;
  details?: { causes?: StatusCause[]; retryAfterSeconds?: number };
}

/** The answer: `AdmissionReview.response`. */
export interface AdmissionResponse {
  uid: string;
  allowed: boolean;
  status?: AdmissionStatus;
  /** A JSON Patch (RFC 6902) in base64; comes with `patchType`, or neither comes. */
  patch?: string;
  patchType?: "JSONPatch";
  auditAnnotations?: Record<string, string>;
  warnings?: string[];
}

/** The envelope of a call or of its answer. */
export interface AdmissionReview {
  apiVersion: AdmissionReviewVersion;
  kind: "AdmissionReview";
  request?: AdmissionRequest;
  response?: AdmissionResponse;
}
