import { type NamespaceObject, ownershipOf, PREFIX } from "./ownership.ts";
import { formatSubjects, type Parsed, parseSubjects } from "./subjects-annotation.ts";
import type { Subject } from "./subject.ts";

/**
 * For whom a namespace counts, whoever owns it later: one subject, in JSON. At its creation it is the first owner:
 * whoever creates it, or for whom it is provisioned. Later administrators alone change it.
 */
export const CREATOR = `${PREFIX}creator`;

/** Reads the one subject, as strictly as lists of them. */
export function parseCreator(text: string): Parsed {
  const parsed = parseSubjects(`[${text}]`);
  return parsed.problem === undefined && parsed.subjects.length !== 1
    ? { problem: "it is not one subject" }
    : parsed;
}

/** The one subject as it is stored. */
export function formatCreator(creator: Subject): string {
  return formatSubjects([creator]).slice(1, -1);
}

const known = new WeakMap<object, Subject>();

/**
 * For whom a namespace counts: one from before there were creators for its first owner, one that an administrator
 * released for nobody.
 */
export function countsFor(namespace: NamespaceObject): Subject | undefined {
  const found = known.get(namespace);
  if (found !== undefined) return found;
  const ownership = ownershipOf(namespace);
  if (ownership.state === "unowned" && ownership.released) return undefined;
  const text = namespace.metadata?.annotations?.[CREATOR];
  const [creator] = (text === undefined ? undefined : parseCreator(text).subjects) ?? [];
  const subject = creator ?? (ownership.state === "owned" ? ownership.owners[0] : undefined);
  // As `ownershipOf` keeps what it read of objects of a cache.
  if (subject !== undefined && Object.isFrozen(namespace)) known.set(namespace, subject);
  return subject;
}
