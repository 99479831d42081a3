import { OWNERS, type Owned, UNOWNED } from "./ownership.ts";
import { quoted, shown } from "./shown.ts";
import { type Subject, shownSubject } from "./subject.ts";

/** One refusal: what `deny` takes. */
export interface Refusal {
  readonly message: string;
  readonly field?: string;
  readonly reason?: string;
  readonly code?: number;
}

/** As many subjects as a message lists. */
const LISTED = 5;

/** `alice, group developers and 3 more`. */
export function listed(subjects: readonly Subject[]): string {
  const some = subjects.slice(0, LISTED).map(shownSubject).join(", ");
  const more = subjects.length - LISTED;
  return more > 0 ? `${some} and ${more} more` : some;
}

const ownersListed = new WeakMap<Owned, string>();

/** The owners of a namespace, which many are told who are none: listed once for as long as they are the same. */
function ownersOf(owned: Owned): string {
  let text = ownersListed.get(owned);
  if (text === undefined) {
    text = listed(owned.owners);
    ownersListed.set(owned, text);
  }
  return text;
}

/** Who asks: `user "bob"`. */
export function asker(username: string | undefined): string {
  return `user ${quoted(username ?? "")}`;
}

/** Of whoever is nobody in an owned namespace. */
export function notAMember(username: string | undefined, namespace: string, owned: Owned): Refusal {
  return {
    message: `${asker(username)} is not a member of namespace ${quoted(namespace)} (owners: ${ownersOf(owned)})`,
  };
}

/** Of a member, where it takes an owner. */
export function ownersOnly(
  username: string | undefined,
  namespace: string,
  owned: Owned,
  what: string,
): Refusal {
  return {
    message: `${asker(username)} is a member of namespace ${quoted(namespace)}, and only its owners ${what} (owners: ${ownersOf(owned)})`,
  };
}

/** Of everybody but administrators, where a namespace is closed. */
export function closedNamespace(namespace: string, why: string): Refusal {
  return { message: `namespace ${quoted(namespace)} is closed to all but administrators: ${why}` };
}

/** What is wrong with a namespace that had owners, and what an administrator can do. */
export const MISSING = `it had owners, and annotation ${OWNERS} is missing: write it again, or annotate the namespace with ${UNOWNED}=true`;

/** Of a namespace whose ownership cannot be read. */
export function repairIt(problem: string): string {
  return `${problem}; an administrator must repair it`;
}

/** To an administrator, whose namespaces are nobody's where he does not say whose; within a warning's 256 characters. */
export function madeUnowned(name: string | undefined): string {
  const what = name ? `namespace ${quoted(name)}` : "this namespace";
  const owners = `'${OWNERS}=[{"kind":"User","name":"<who>"}]'`;
  return `${what} has no owner, as an administrator created it; to give it one: kubectl annotate namespace ${name ? shown(name) : "<name>"} ${owners}`;
}
