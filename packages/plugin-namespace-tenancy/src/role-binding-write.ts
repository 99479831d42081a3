import type { Config } from "./config.ts";
import type { Owned } from "./ownership.ts";
import { isOwnAccount } from "./ownership.ts";
import type { RoleBindingLike, RoleSubject } from "./role-bindings.ts";
import { quoted, shown } from "./shown.ts";
import { subjectOf, usernameOf } from "./subject.ts";
import type { Refusal } from "./words.ts";

/**
 * What is against a RoleBinding that a tenant writes in an owned namespace: it would let somebody else in, or
 * give a role that tenants may not give. Whom a RoleBinding names already, it may go on naming.
 *
 * @param before undefined for a new one
 */
export function judgeRoleBinding(
  before: RoleBindingLike | undefined,
  after: RoleBindingLike,
  namespace: string,
  owned: Owned,
  { owners, members, grantable }: Config["clusterRoles"],
): Refusal[] {
  const had = (before?.subjects ?? []).map(keyOf);
  const has = (after.subjects ?? []).map(keyOf);
  // Whoever comes here later walks the whole list, in the API server's authorizer, too.
  if (has.length > MAX_SUBJECTS && has.length >= had.length && has.some((one) => !had.includes(one))) {
    return [];
  }
  const named = new Set(had);
  const added = [...(after.subjects ?? [])].filter((one) => !named.has(keyOf(one)));
  const refusals: Refusal[] = [];
  const { kind, name = "" } = after.roleRef ?? {};
  const mayGive = kind === "Role" || [owners, members, ...grantable].includes(name);
  if (!mayGive && (before === undefined || added.length > 0)) {
    refusals.push({
      message: `RoleBindings in namespace ${quoted(namespace)} may not give ClusterRole ${shown(name)}`,
      field: "roleRef.name",
    });
  }
  const foreign = added.filter((subject) => !isTenant(subject, namespace, owned));
  if (foreign.length > 0) {
    refusals.push({
      message: `RoleBindings in namespace ${quoted(namespace)} may name only its owners, its members and its own service accounts, not ${foreign.slice(0, 5).map(described).join(", ")}`,
      field: "subjects",
    });
  }
  return refusals;
}

function isTenant(subject: RoleSubject, namespace: string, owned: Owned): boolean {
  const { kind, name } = subject;
  const has = (username: string): boolean =>
    owned.ownerNames.usernames.has(username) ||
    owned.memberNames.usernames.has(username) ||
    isOwnAccount(username, owned.accountPrefix);
  if (kind === "Group") {
    return (
      owned.ownerNames.groups.has(name) ||
      owned.memberNames.groups.has(name) ||
      name === `system:serviceaccounts:${namespace}`
    );
  }
  if (kind === "User") return has(name);
  if (kind !== "ServiceAccount") return false;
  // Without a namespace the API server refuses it.
  const account = usernameOf({ kind, name, namespace: subject.namespace ?? "" });
  return account !== undefined && has(account);
}

function described({ kind, name, namespace }: RoleSubject): string {
  const text = namespace === undefined ? shown(name) : `${shown(namespace)}/${shown(name)}`;
  if (kind !== "User") return `${shown(kind)} ${text}`;
  return subjectOf(name)?.kind === "ServiceAccount" ? `User ${quoted(name)}` : `User ${text}`;
}
