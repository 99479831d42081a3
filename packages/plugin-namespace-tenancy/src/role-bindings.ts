import type { DeepReadonly, KubernetesObject } from "@gatewright/core";
import type { Config } from "./config.ts";
import type { Owned } from "./ownership.ts";
import type { Subject } from "./subject.ts";

/** Key and API version of the resource. */
export const ROLE_BINDINGS = "rbac.authorization.k8s.io/v1/rolebindings";
const API_GROUP = "rbac.authorization.k8s.io";

/** The RoleBindings of each owned namespace that the server keeps. */
export const KEPT = { owners: "gatewright-owners", members: "gatewright-members" } as const;

const KEPT_NAMES: ReadonlySet<string | undefined> = new Set(
  Object.values(KEPT).flatMap((name) => [name, standInOf(name)]),
);

/** What gives access while the RoleBinding of a name is made anew, for a roleRef cannot be changed. */
export function standInOf(name: string): string {
  return `${name}-next`;
}

/** Whether a RoleBinding of this name is the server's. */
export function isKept(name: string | undefined): boolean {
  return KEPT_NAMES.has(name);
}

/** As much of a RoleBinding as is compared. */
export interface RoleBindingLike {
  readonly metadata?: { readonly name?: string; readonly uid?: string };
  readonly roleRef?: { readonly kind?: string; readonly name?: string; readonly apiGroup?: string };
  readonly subjects?: readonly RoleSubject[] | null;
}

/** `rbac.authorization.k8s.io/v1` Subject. */
export interface RoleSubject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly apiGroup?: string;
}

/** A RoleBinding as it is written. */
export interface KeptRoleBinding {
  readonly apiVersion: "rbac.authorization.k8s.io/v1";
  readonly kind: "RoleBinding";
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly roleRef: {
    readonly apiGroup: string;
    readonly kind: "ClusterRole";
    readonly name: string;
  };
  readonly subjects: RoleSubject[];
}

/** Which RoleBindings an owned namespace should have; one without subjects it should not. */
export function wantedBindings(
  namespace: string,
  { owners, members }: Owned,
  clusterRoles: Config["clusterRoles"],
): Map<string, KeptRoleBinding | undefined> {
  const binding = (name: string, role: string, subjects: readonly Subject[]): KeptRoleBinding => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name, namespace, labels: { "app.kubernetes.io/managed-by": "gatewright" } },
    roleRef: { apiGroup: API_GROUP, kind: "ClusterRole", name: role },
    subjects: subjects.map(roleSubject),
  });
  return new Map([
    [KEPT.owners, binding(KEPT.owners, clusterRoles.owners, owners)],
    [
      KEPT.members,
      members.length === 0 ? undefined : binding(KEPT.members, clusterRoles.members, members),
    ],
  ]);
}

/** Whether a RoleBinding gives to whom it should, and what of it would have to be made anew. */
export function differenceOf(
  found: RoleBindingLike,
  wanted: KeptRoleBinding,
): "none" | "subjects" | "role" {
  const { roleRef } = found;
  const { kind, name } = wanted.roleRef;
  // It cannot be changed in a RoleBinding that exists.
  if (roleRef?.kind !== kind || roleRef.name !== name || roleRef.apiGroup !== API_GROUP)
    return "role";
  const texts = (subjects: RoleBindingLike["subjects"]) => (subjects ?? []).map(roleSubjectKey);
  const had = texts(found.subjects);
  const wants = texts(wanted.subjects);
  return had.length === wants.length && wants.every((text, index) => had[index] === text)
    ? "none"
    : "subjects";
}

function roleSubject({ kind, name, namespace }: Subject): RoleSubject {
  return namespace === undefined ? { apiGroup: API_GROUP, kind, name } : { kind, name, namespace };
}

/** One text for each subject of a RoleBinding, another one for every other. */
export function roleSubjectKey({ apiGroup = "", kind, namespace = "", name }: RoleSubject): string {
  return JSON.stringify([apiGroup, kind, namespace, name]);
}

/** A RoleBinding in a request, as far as it is one: the API server checks it after we do. */
export function asRoleBinding(object: DeepReadonly<KubernetesObject> | null): RoleBindingLike {
  return object ?? {};
}
