/** A Namespace with annotations and labels. */
export function namespace(
  name: string,
  annotations: Record<string, string> = {},
  more: Record<string, unknown> = {},
) {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, annotations, ...more } };
}

/** Annotations of a namespace of these owners and members, each a user, or `group:…`, or `account:ns/name`. */
export function belongsTo(owners: string[], members: string[] = []): Record<string, string> {
  return {
    [OWNERS]: JSON.stringify(owners.map(subject)),
    ...(members.length === 0 ? {} : { [MEMBERS]: JSON.stringify(members.map(subject)) }),
  };
}

/** The annotation that says who created it, a user, or `group:…`, or `account:ns/name`. */
export function createdBy(creator: string): Record<string, string> {
  return { [CREATOR]: JSON.stringify(subject(creator)) };
}

export const OWNERS = "tenancy.gatewright.dev/owners";
export const MEMBERS = "tenancy.gatewright.dev/members";
export const CREATOR = "tenancy.gatewright.dev/creator";
export const UNOWNED = "tenancy.gatewright.dev/unowned";

function subject(text: string): object {
  const [kind, rest = ""] = text.split(/:(.*)/s);
  if (kind === "group") return { kind: "Group", name: rest };
  if (kind !== "account") return { kind: "User", name: text };
  const [within, name] = rest.split("/");
  return { kind: "ServiceAccount", namespace: within, name };
}

/** Something in a namespace. */
export function configMap(within: string, name = "settings") {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: within } };
}

export function pod(within: string) {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: within }, spec: {} };
}

/** A RoleBinding to users, `group:…` or `account:ns/name`. */
export function roleBinding(
  within: string,
  subjects: string[],
  { name = "granted", kind = "ClusterRole", role = "view" } = {},
) {
  const apiGroup = "rbac.authorization.k8s.io";
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: "RoleBinding",
    metadata: { name, namespace: within },
    roleRef: { apiGroup, kind, name: role },
    subjects: subjects.map((text) =>
      text.startsWith("account:") ? subject(text) : { apiGroup, ...subject(text) },
    ),
  };
}
