import type { Cluster } from "@gatewright/core";
import { type NamespaceObject, ownershipOf } from "./ownership.ts";
import { isKept, ROLE_BINDINGS, type RoleSubject } from "./role-bindings.ts";
import { shown } from "./shown.ts";
import { keyOf, type Subject, subjectOf } from "./subject.ts";

/**
 * RoleBindings of the tenants' own that go on naming somebody who is neither owner nor member any more: he reads
 * by them, and no webhook is asked. One sentence for each.
 */
export async function leftBehind(
  cluster: Pick<Cluster, "list">,
  name: string,
  before: NamespaceObject,
  after: NamespaceObject,
): Promise<string[]> {
  const gone = goneSubjects(before, after);
  if (gone.size === 0) return [];
  const bindings = await cluster.list(ROLE_BINDINGS, { namespace: name });
  return bindings.flatMap(({ metadata, subjects }) => {
    const named = (subjects ?? []).filter((subject) => gone.has(keyOfRoleSubject(subject)));
    if (named.length === 0 || isKept(metadata.name)) return [];
    const whom = named.map((subject) => shown(subject.name)).join(", ");
    return [`RoleBinding ${shown(metadata.name ?? "")} still names ${whom}, who can read by it`];
  });
}

function goneSubjects(before: NamespaceObject, after: NamespaceObject): Set<string> {
  const left = new Set(subjectsOf(after).map(keyOf));
  const gone = subjectsOf(before).map(keyOf);
  return new Set(gone.filter((key) => !left.has(key)));
}

function subjectsOf(namespace: NamespaceObject): readonly Subject[] {
  const ownership = ownershipOf(namespace);
  return ownership.state === "owned" ? [...ownership.owners, ...ownership.members] : [];
}

function keyOfRoleSubject({ kind, name, namespace }: RoleSubject): string {
  if (kind === "User") return keyOf(subjectOf(name) ?? { kind, name });
  return kind === "Group"
    ? keyOf({ kind, name })
    : keyOf({ kind: "ServiceAccount", name, namespace: namespace ?? "" });
}
