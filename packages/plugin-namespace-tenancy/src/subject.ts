import { shown } from "./shown.ts";

/** Somebody to whom a namespace can belong. Compared byte for byte: no case, no Unicode form, no pattern. */
export interface Subject {
  readonly kind: "User" | "Group" | "ServiceAccount";
  readonly name: string;
  /** Of a service account, and of nobody else. */
  readonly namespace?: string;
}

/** The longest name of a user or group, in UTF-16 units: what is longer names nobody, and fills annotations. */
export const MAX_NAME_LENGTH = 1024;

// As the API server takes a user name apart (apiserver/pkg/authentication/serviceaccount/util.go, SplitUsername):
// a namespace is an RFC 1123 label, an account's name a subdomain of 253 characters at most. RBAC refuses whatever
// RoleBinding names another account (kubernetes/pkg/apis/rbac/validation, ValidateRoleBindingSubject), and takes
// any name of a user or group but the empty one.
const ACCOUNT =
  /^system:serviceaccount:([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?):(?=[-a-z0-9.]{1,253}$)([a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*)$/;

/**
 * Who a user name stands for. RBAC knows service accounts by their user names alone, and so do we: whoever
 * bears such a name is that account.
 *
 * @returns undefined for a name that nobody can own anything by: empty, or too long.
 */
export function subjectOf(username: string): Subject | undefined {
  const [, namespace, name] = ACCOUNT.exec(username) ?? [];
  if (namespace !== undefined && name !== undefined) {
    return { kind: "ServiceAccount", namespace, name };
  }
  return isName(username) ? { kind: "User", name: username } : undefined;
}

/** The user name of a user or a service account; undefined for a group. */
export function usernameOf({ kind, name, namespace }: Subject): string | undefined {
  if (kind === "Group") return undefined;
  return kind === "User" ? name : `system:serviceaccount:${namespace}:${name}`;
}

/** What is wrong with a subject, in a few words; undefined where it is one. */
export function subjectProblem(subject: Subject): string | undefined {
  const { kind, name, namespace } = subject;
  if (kind === "ServiceAccount") {
    if (namespace === undefined) return "a ServiceAccount needs its namespace";
    return ACCOUNT.test(`system:serviceaccount:${namespace}:${name}`)
      ? undefined
      : "no service account can have this name and namespace";
  }
  if (namespace !== undefined) return `a ${kind} has no namespace`;
  if (!isName(name)) {
    return name === ""
      ? "the name is empty"
      : `the name is longer than ${MAX_NAME_LENGTH} characters, or no Unicode`;
  }
  if (kind === "User" && ACCOUNT.test(name)) {
    return "it is a service account's user name: write its kind as ServiceAccount";
  }
  return undefined;
}

/** One text for each subject, another one for every other. */
export function keyOf({ kind, name, namespace = "" }: Subject): string {
  // Neither a kind nor a namespace has a colon.
  return `${kind}:${namespace}:${name}`;
}

/** A subject in a message: `alice`, `group developers`, `service account ci/deployer`. */
export function shownSubject({ kind, name, namespace = "" }: Subject): string {
  if (kind === "User") return shown(name);
  return kind === "Group" ? `group ${shown(name)}` : `service account ${namespace}/${name}`;
}

function isName(name: string): boolean {
  // A lone surrogate is stored as another character than it was compared as.
  return name !== "" && name.length <= MAX_NAME_LENGTH && name.isWellFormed();
}
