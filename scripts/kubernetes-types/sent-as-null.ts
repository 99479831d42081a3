/**
 * Optional fields, and required scalars, that kube-apiserver sends as `null` when they are not set.
 *
 * Go writes a nil slice, map or pointer as `null` where its JSON tag lacks `omitempty`, and OpenAPI
 * does not say which fields these are. For required lists, maps and objects it can be concluded (see
 * `schema-files.ts`); these are the rest, from the tags in `k8s.io/api` v0.36.3 and
 * `k8s.io/apiextensions-apiserver` v0.36.3. Versions of one group share them.
 */
export const sentAsNull: Readonly<Record<string, readonly string[]>> = {
  "admissionregistration MutatingWebhook": ["sideEffects"],
  "admissionregistration ValidatingWebhook": ["sideEffects"],
  "apiextensions CustomResourceDefinitionStatus": ["conditions", "storedVersions"],
  "authentication TokenRequestSpec": ["audiences", "boundObjectRef", "expirationSeconds"],
  "autoscaling HorizontalPodAutoscalerStatus": ["currentMetrics"],
  "certificates CertificateSigningRequestSpec": ["request"],
  "core AzureFilePersistentVolumeSource": ["secretNamespace"],
  "core ContainerImage": ["names"],
  "core GRPCAction": ["service"],
  "core ProjectedVolumeSource": ["sources"],
  "core TypedLocalObjectReference": ["apiGroup"],
  "core TypedObjectReference": ["apiGroup"],
  "discovery EndpointSlice": ["endpoints", "ports"],
  "flowcontrol LimitedPriorityLevelConfiguration": ["nominalConcurrencyShares"],
  "flowcontrol ResourcePolicyRule": ["namespaces"],
  "networking HTTPIngressPath": ["pathType"],
  "networking IngressClassParametersReference": ["scope"],
  "rbac ClusterRole": ["rules"],
  "rbac Role": ["rules"],
  "resource AllocatedDeviceStatus": ["conditions"],
  "resource CapacityRequestPolicy": ["default"],
  "resource DeviceClaim": ["requests"],
  "storage CSINodeDriver": ["topologyKeys"],
};
