import type { Config } from "./config.ts";
import type { Owned } from "./ownership.ts";
import { isOwnAccount } from "./ownership.ts";
import { type RoleBindingLike, type RoleSubject, roleSubjectKey } from "./role-bindings.ts";
import { quoted, shown } from "./shown.ts";
import { subjectOf, usernameOf } from "./subject.ts";
import type { Refusal } from "./words.ts";

/**
 * The most subjects of a tenant's RoleBinding: the API server walks them all for each request in the namespace,
 * and so does whoever looks for those that name somebody.
 */
const MAX_SUBJECTS = 100;

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
  const had = before?.subjects ?? [];
  const has = after.subjects ?? [];
  const named = new Set(had.map(roleSubjectKey));
  const added = has.filter((subject) => !named.has(roleSubjectKey(subject)));
  if (has.length > MAX_SUBJECTS && (added.length > 0 || has.length > had.length)) {
    return [tooMany(namespace, has.length)];
  }
  const refusals: Refusal[] = [];
  const again = repeated(has);
  if (again.length > repeated(had).length) refusals.push(namedTwice(namespace, again));
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

/** What is there once already, each time that it is there again. */
function repeated(subjects: readonly RoleSubject[]): RoleSubject[] {
  const seen = new Set<string>();
  return subjects.filter((subject) => {
    const key = roleSubjectKey(subject);
    return seen.size === seen.add(key).size;
  });
}

function tooMany(namespace: string, count: number): Refusal {
  return {
    message: `RoleBindings in namespace ${quoted(namespace)} may have at most ${MAX_SUBJECTS} subjects, not ${count}`,
    field: "subjects",
  };
}

function namedTwice(namespace: string, subjects: readonly RoleSubject[]): Refusal {
  return {
    message: `RoleBindings in namespace ${quoted(namespace)} may name nobody twice, such as ${subjects.slice(0, 1).map(described).join("")}`,
    field: "subjects",
  };
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
