/** What the API server knows a kind by. */
export interface ResourceOfKind {
  group: string;
  version: string;
  /** Plural and lower case. */
  resource: string;
  /** Whether its objects are in a namespace; undefined where only the cluster knows. */
  namespaced: boolean | undefined;
}

/**
 * Every built-in kind without a namespace, as `kubectl api-resources --namespaced=false` has them for
 * Kubernetes 1.36 with all APIs on. A test holds this list against a real API server.
 */
const clusterScoped: Readonly<Record<string, readonly string[]>> = {
  "": ["ComponentStatus", "Namespace", "Node", "PersistentVolume"],
  "admissionregistration.k8s.io": [
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
  ],
  "apiextensions.k8s.io": ["CustomResourceDefinition"],
  "apiregistration.k8s.io": ["APIService"],
  "authentication.k8s.io": ["SelfSubjectReview", "TokenReview"],
  "authorization.k8s.io": [
    "SelfSubjectAccessReview",
    "SelfSubjectRulesReview",
    "SubjectAccessReview",
  ],
  "certificates.k8s.io": ["CertificateSigningRequest", "ClusterTrustBundle"],
  "flowcontrol.apiserver.k8s.io": ["FlowSchema", "PriorityLevelConfiguration"],
  "internal.apiserver.k8s.io": ["StorageVersion"],
  "networking.k8s.io": ["IPAddress", "IngressClass", "ServiceCIDR"],
  "node.k8s.io": ["RuntimeClass"],
  "rbac.authorization.k8s.io": ["ClusterRole", "ClusterRoleBinding"],
  "resource.k8s.io": [
    "DeviceClass",
    "DeviceTaintRule",
    "ResourcePoolStatusRequest",
    "ResourceSlice",
  ],
  "scheduling.k8s.io": ["PriorityClass"],
  "storage.k8s.io": [
    "CSIDriver",
    "CSINode",
    "StorageClass",
    "VolumeAttachment",
    "VolumeAttributesClass",
  ],
  "storagemigration.k8s.io": ["StorageVersionMigration"],
};

/** Groups that only Kubernetes itself has: what is not cluster-scoped in them is namespaced. */
const builtIn = new Set([
  ...Object.keys(clusterScoped),
  "apps",
  "autoscaling",
  "batch",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "policy",
]);

/** Kinds that are sent to a subresource, so that they do not tell the resource. */
const ofSubresources = new Set([
  "autoscaling/Scale",
  "policy/Eviction",
  "authentication.k8s.io/TokenRequest",
]);

/**
 * Which resource an object of this kind is sent to. For custom resources it follows the usual plural,
 * which is a convention and no more: their definition may have another.
 *
 * @throws Error for a kind that is sent to a subresource.
 */
export function resourceOfKind(apiVersion: string, kind: string): ResourceOfKind {
  const [group, version] = splitApiVersion(apiVersion);
  if (ofSubresources.has(`${group}/${kind}`)) {
    throw new Error(
      `a ${kind} is sent to a subresource: say of what, with resource: "apps/v1/deployments" and subResource`,
    );
  }
  const namespaced = builtIn.has(group)
    ? !(clusterScoped[group]?.includes(kind) ?? false)
    : undefined;
  return { group, version, resource: pluralOf(kind), namespaced };
}

/**
 * Reads a resource as rules and `Kinds` name it: `v1/pods`, `apps/v1/deployments`, or with the
 * `apiVersion` of an object as context just `widgets`.
 */
export function parseResource(
  text: string,
  apiVersion: string,
): Pick<ResourceOfKind, "group" | "version" | "resource"> {
  const slash = text.lastIndexOf("/");
  const [group, version] = splitApiVersion(slash === -1 ? apiVersion : text.slice(0, slash));
  const resource = text.slice(slash + 1);
  if (!/^v\d/.test(version) || resource === "") {
    throw new Error(
      `resource "${text}" is neither "widgets" nor "v1/pods" nor "apps/v1/deployments"; ` +
        "a subresource goes into subResource",
    );
  }
  return { group, version, resource };
}

/** `apps/v1` is group and version; `v1` is a version of the core group. */
export function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf("/");
  return slash === -1
    ? ["", apiVersion]
    : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/**
 * The usual plural: apimachinery's `UnsafeGuessKindToResource` (pkg/api/meta/restmapper.go), which is
 * right for every built-in kind, and beyond it `gateways`.
 */
function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith("endpoints")) return singular;
  if (/(?:s|x|ch|sh)$/.test(singular)) return `${singular}es`;
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}

/**
 * What is known of a resource by its plural: whether it is namespaced. Undefined where only the cluster
 * knows whether there is such a resource.
 */
export function isNamespaced(group: string, resource: string): boolean | undefined {
  if (!builtIn.has(group)) return undefined;
  return !(clusterScoped[group] ?? []).some((kind) => pluralOf(kind) === resource);
}

/** The plural of what may be the singular of a built-in resource: each of their plurals ends in one `s`. */
export function pluralIn(group: string, resource: string): string {
  const isPlural = resource.endsWith("s") && !/(?:ss|status)$/.test(resource);
  return isPlural || !builtIn.has(group) ? resource : pluralOf(resource);
}
