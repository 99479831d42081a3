import { definePlugin, type KubernetesObject } from "@gatewright/core";
import namespaceTenancy from "@gatewright/plugin-namespace-tenancy";

/** Webhooks of the servers, by what their one plugin is. */
export const webhooks = { idle: "idle.gatewright.dev", tenancy: "tenancy.gatewright.dev" };

/** Sees what the tenancy plugin sees, and does nothing. */
export const idle = definePlugin({
  name: "idle",
  validate: {
    rules: [{ apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"], operations: ["*"] }],
    sideEffects: "None",
    handle() {},
  },
});

export const tenancy = () => namespaceTenancy();

const user = (name: string) => ({ kind: "User", name });

/** So many namespaces, each with an owner and four members of its own. */
export function namespaces(count: number): KubernetesObject[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: `team-${index}`,
      annotations: {
        "tenancy.gatewright.dev/owners": JSON.stringify([user(`owner-${index}`)]),
        "tenancy.gatewright.dev/members": JSON.stringify(
          Array.from({ length: 4 }, (__, member) => user(`member-${index}-${member}`)),
        ),
      },
    },
  }));
}

/** The AdmissionReview of a ConfigMap that somebody makes in `team-7`. */
export function review(username: string): string {
  const kind = { group: "", version: "v1", kind: "ConfigMap" };
  const resource = { group: "", version: "v1", resource: "configmaps" };
  return JSON.stringify({
    kind: "AdmissionReview",
    apiVersion: "admission.k8s.io/v1",
    request: {
      uid: "0ab1c2d3-4e5f-6071-8293-a4b5c6d7e8f9",
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: "settings",
      namespace: "team-7",
      operation: "CREATE",
      userInfo: { username, groups: ["developers", "system:authenticated"] },
      object: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "settings", namespace: "team-7" },
        data: Object.fromEntries(
          Array.from({ length: 20 }, (_, index) => [`key-${index}`, `the value of key ${index}`]),
        ),
      },
      oldObject: null,
      dryRun: false,
      options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1" },
    },
  });
}
