import type { DeepReadonly, KubernetesObject } from "@gatewright/core";
import { parseSubjects } from "./subjects-annotation.ts";
import { type Subject, usernameOf } from "./subject.ts";

/** Everything below it is ownership, and nobody's to change who does not own the namespace. */
export const PREFIX = "tenancy.gatewright.dev/";
/** Who owns a namespace: a JSON array of subjects, of one at least. */
export const OWNERS = `${PREFIX}owners`;
/** Who else may write in it: a JSON array of subjects. */
export const MEMBERS = `${PREFIX}members`;
/** `"true"` on a namespace that an administrator has taken from its owners, and that nobody is to own. */
export const UNOWNED = `${PREFIX}unowned`;

/** To whom a namespace belongs. */
export interface Owned {
  readonly state: "owned";
  readonly owners: readonly Subject[];
  readonly members: readonly Subject[];
  readonly ownerNames: Names;
  readonly memberNames: Names;
  /** The user names of the namespace's own service accounts begin with it. */
  readonly accountPrefix: string;
}

/** User names, those of service accounts among them, and groups: what a request's `userInfo` has. */
export interface Names {
  readonly usernames: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

/** What a namespace's annotations say of whom it belongs to. */
export type Ownership =
  | Owned
  /** Never owned, as far as the annotations say; or, if `released`, taken from its owners on purpose. */
  | { readonly state: "unowned"; readonly released: boolean }
  /** They cannot be understood, or contradict each other. */
  | { readonly state: "malformed"; readonly problem: string };

/** A namespace as far as ownership goes. */
export type NamespaceObject = DeepReadonly<Pick<KubernetesObject, "metadata">>;

// Objects of a cache are frozen, and live as long as the namespace stays as it is.
const known = new WeakMap<object, Ownership>();

/** To whom a namespace belongs; the annotations of a frozen one are read once. */
export function ownershipOf(namespace: NamespaceObject): Ownership {
  const found = known.get(namespace);
  if (found !== undefined) return found;
  const ownership = readOwnership(namespace);
  if (Object.isFrozen(namespace)) known.set(namespace, ownership);
  return ownership;
}

function readOwnership({ metadata }: NamespaceObject): Ownership {
  const { name = "", annotations } = metadata ?? {};
  const owners = annotations?.[OWNERS];
  const members = annotations?.[MEMBERS];
  const unowned = annotations?.[UNOWNED];
  if (unowned !== undefined) {
    if (unowned !== "true") return malformed(UNOWNED, 'it is not "true"');
    const other = owners !== undefined ? OWNERS : members !== undefined ? MEMBERS : undefined;
    if (other !== undefined) return malformed(UNOWNED, `there is ${other}, too`);
    return { state: "unowned", released: true };
  }
  if (owners === undefined) {
    if (members !== undefined) return malformed(MEMBERS, `there is no ${OWNERS}`);
    return { state: "unowned", released: false };
  }
  const owning = parseSubjects(owners);
  if (owning.problem !== undefined) return malformed(OWNERS, owning.problem);
  if (owning.subjects.length === 0) return malformed(OWNERS, "it lists nobody");
  // Whoever may make a Pod has its account: each member would be an owner.
  if (owning.subjects.some(({ namespace }) => namespace !== undefined && namespace === name)) {
    return malformed(OWNERS, "a service account of the namespace itself cannot own it");
  }
  const belonging = parseSubjects(members ?? "[]");
  if (belonging.problem !== undefined) return malformed(MEMBERS, belonging.problem);
  return {
    state: "owned",
    owners: owning.subjects,
    members: belonging.subjects,
    ownerNames: namesOf(owning.subjects),
    memberNames: namesOf(belonging.subjects),
    accountPrefix: `system:serviceaccount:${name}:`,
  };
}

function malformed(annotation: string, problem: string): Ownership {
  return { state: "malformed", problem: `annotation ${annotation} is malformed: ${problem}` };
}

/** Subjects as a request's `userInfo` names them. */
export function namesOf(subjects: readonly Subject[]): Names {
  const usernames = new Set<string>();
  const groups = new Set<string>();
  for (const subject of subjects) {
    const username = usernameOf(subject);
    if (username === undefined) groups.add(subject.name);
    else usernames.add(username);
  }
  return { usernames, groups };
}

/** Who asks, as far as it is compared with names. */
export interface User {
  readonly username?: string | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** Whether a user is one of those named, himself or by a group. */
export function isNamed({ username = "", groups }: User, names: Names): boolean {
  if (names.usernames.has(username)) return true;
  if (names.groups.size === 0 || groups === undefined) return false;
  return groups.some((group) => names.groups.has(group));
}

/** Whether a user is a service account of the namespace itself. */
export function isOwnAccount(username: string, accountPrefix: string): boolean {
  return (
    username.length > accountPrefix.length &&
    username.startsWith(accountPrefix) &&
    // A name with more colons is no service account's.
    !username.includes(":", accountPrefix.length)
  );
}
