import type { ManifestObject } from "../stage/installation.ts";

/** A way to take an installation away: these first, and the rest when they are gone. */
export interface Way {
  readonly name: string;
  first(object: ManifestObject): boolean;
  /** Whether the rest stays. */
  alone?: true;
}

const kinds = (...some: string[]): Way["first"] => {
  return ({ kind }) => some.includes(kind);
};

export const atOnce: Way = { name: "everything at once", first: () => false };

export const namespaceAlone: Way = {
  name: "the namespace, and nothing else",
  first: kinds("Namespace"),
  alone: true,
};

/** Each wrong in its own way. */
export const ways: readonly Way[] = [
  { name: "the namespace first", first: kinds("Namespace") },
  {
    name: "all rights first",
    first: kinds("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
  },
  { name: "the ServiceAccount first", first: kinds("ServiceAccount") },
  { name: "the ClusterRoleBinding first", first: kinds("ClusterRoleBinding") },
  { name: "the Deployment first", first: kinds("Deployment") },
  { name: "the Service first", first: kinds("Service") },
  atOnce,
];
