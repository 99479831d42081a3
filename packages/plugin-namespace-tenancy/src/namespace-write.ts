import { changesOf, type WholeNamespace } from "./guarded-fields.ts";
import { CREATOR, parseCreator } from "./creator.ts";
import { isNamed, MEMBERS, OWNERS, type Owned, ownershipOf, type User } from "./ownership.ts";
import type { Parties, Standing } from "./parties.ts";
import { quoted } from "./shown.ts";
import { keyOf, type Subject, subjectOf } from "./subject.ts";
import { asker, listed, ownersOnly, type Refusal } from "./words.ts";

/** Who writes a Namespace. `outsider` may, where it belongs to nobody. */
export type Writer = "administrator" | "controller" | "outsider" | Exclude<Standing, "stranger">;

/** The write of a Namespace, by somebody whom it may concern at all. */
export interface NamespaceWrite {
  readonly name: string;
  readonly user: User;
  readonly writer: Writer;
  /** As it is stored; undefined for a new one. */
  readonly before: WholeNamespace | undefined;
  readonly after: WholeNamespace;
}

/** What is against it, and for whom the namespace counts. */
export interface NamespaceVerdict {
  readonly refusals: readonly Refusal[];
  /** For whom a new one counts, who may have enough; undefined where nobody is counted. */
  readonly creator?: Subject;
}

/** Judges a new Namespace, by whoever may create one at all. */
export function judgeCreation(
  { name, user, writer, after }: NamespaceWrite,
  parties: Parties,
  protectedKeys: readonly string[],
): NamespaceVerdict {
  const ownership = ownershipOf(after);
  if (ownership.state === "malformed") return refused(malformed(name, ownership.problem));
  if (writer === "administrator") return { refusals: creatorOf(name, after).refusals };
  const { ownership: said, guarded } = changesOf(undefined, after, protectedKeys);
  if (writer === "controller" && said.length === 0) return allowed();
  const refusals = guarded.map((field) => guardedField(user, name, field));
  const self = subjectOf(user.username ?? "");
  if (ownership.state === "unowned") {
    refusals.push(withoutOwner(user, name, self, ownership.released));
    return { refusals };
  }
  const others = ownership.owners.filter(
    (owner) => self === undefined || keyOf(owner) !== keyOf(self),
  );
  if (others.length > 0 && !parties.mayCreateForOthers(user)) {
    refusals.push({
      message: `${asker(user.username)} may not create namespace ${quoted(name)} for other owners (${listed(others)})`,
      field: fieldOf(OWNERS),
    });
  }
  const own = [OWNERS, MEMBERS, CREATOR].map(fieldOf);
  const strange = said.find((field) => !own.includes(field));
  if (strange !== undefined) refusals.push(administratorsOnly(user, name, strange));
  refusals.push(...refusedSubjects([], ownership, parties));
  const { refusals: forged, creator } = creatorOf(name, after);
  refusals.push(...forged);
  // One at least, and whoever may not create for others has only himself.
  const [due] = ownership.owners as [Subject];
  if (forged.length === 0 && (creator === undefined || keyOf(creator) !== keyOf(due))) {
    refusals.push(wrongCreator(name, due, creator));
  }
  return { refusals, creator: due };
}

/** Judges the UPDATE of a Namespace, whole or through a subresource: both keep its metadata. */
export function judgeUpdate(
  { name, user, writer, before, after }: NamespaceWrite & { readonly before: WholeNamespace },
  parties: Parties,
  protectedKeys: readonly string[],
): NamespaceVerdict {
  const { ownership: changed, guarded } = changesOf(before, after, protectedKeys);
  const isTenant = writer === "owner" || writer === "member";
  const refusals = isTenant ? guarded.map((field) => guardedField(user, name, field)) : [];
  if (changed.length === 0) return { refusals };
  const then = ownershipOf(after);
  if (writer === "administrator") {
    if (then.state === "malformed") return refused(malformed(name, then.problem));
    return { refusals: creatorOf(name, after).refusals };
  }
  const now = ownershipOf(before);
  if (writer !== "owner" || now.state !== "owned") {
    refusals.push(
      writer === "member" && now.state === "owned"
        ? ownersOnly(user.username, name, now, "change whom it belongs to")
        : administratorsOnly(user, name, changed[0] as string),
    );
    return { refusals };
  }
  const strange = changed.find((field) => field !== fieldOf(OWNERS) && field !== fieldOf(MEMBERS));
  if (strange !== undefined) {
    refusals.push(administratorsOnly(user, name, strange));
  } else if (after.metadata?.annotations?.[OWNERS] === undefined || isEmptyList(after)) {
    refusals.push({
      message: `namespace ${quoted(name)} would be left without an owner: the last one cannot leave`,
      field: fieldOf(OWNERS),
    });
  } else if (then.state === "malformed") {
    refusals.push(malformed(name, then.problem));
  }
  if (then.state !== "owned") return { refusals };
  const had = [...now.owners, ...now.members].map(keyOf);
  refusals.push(...refusedSubjects(had, then, parties));
  return { refusals };
}

/** Judges the end of a Namespace. */
export function judgeDeletion(name: string, user: User, owned: Owned): Refusal | undefined {
  if (isNamed(user, owned.ownerNames)) return undefined;
  return ownersOnly(user.username, name, owned, "delete it");
}

function allowed(): NamespaceVerdict {
  return { refusals: [] };
}

/** What is said of who created it; an administrator may say anything that can be read, and is not counted. */
function creatorOf(name: string, { metadata }: WholeNamespace): NamespaceVerdict {
  const text = metadata?.annotations?.[CREATOR];
  if (text === undefined) return allowed();
  const { subjects, problem } = parseCreator(text);
  const [creator] = subjects ?? [];
  if (creator !== undefined) return { refusals: [], creator };
  const message = `namespace ${quoted(name)} would have no creator: annotation ${CREATOR} is malformed: ${problem}`;
  return refused({ message, field: fieldOf(CREATOR), reason: "Invalid", code: 422 });
}

function wrongCreator(name: string, due: Subject, said: Subject | undefined): Refusal {
  const message =
    said === undefined
      ? `namespace ${quoted(name)} would have no creator: he was not written to annotation ${CREATOR}; is the mutating webhook registered?`
      : `namespace ${quoted(name)} counts for ${listed([due])}, not for ${listed([said])}`;
  return { message, field: fieldOf(CREATOR) };
}

function refused(refusal: Refusal): NamespaceVerdict {
  return { refusals: [refusal] };
}

const fieldOf = (annotation: string) => `metadata.annotations[${annotation}]`;

function isEmptyList({ metadata }: WholeNamespace): boolean {
  return metadata?.annotations?.[OWNERS]?.trim() === "[]";
}

function malformed(name: string, problem: string): Refusal {
  return {
    message: `namespace ${quoted(name)} would belong to nobody: ${problem}`,
    reason: "Invalid",
    code: 422,
  };
}

function guardedField({ username }: User, name: string, field: string): Refusal {
  return {
    message: `${asker(username)} may not set ${shownField(field)} of namespace ${quoted(name)}: it is not its tenants' to set`,
    field,
  };
}

function administratorsOnly({ username }: User, name: string, field: string): Refusal {
  return {
    message: `${asker(username)} may not set ${shownField(field)} of namespace ${quoted(name)}: only an administrator can`,
    field,
  };
}

/** Keys of labels and annotations are ASCII without spaces, but this runs before anybody has checked that. */
function shownField(field: string): string {
  return /^[A-Za-z0-9._/[\]-]{1,400}$/.test(field) ? field : quoted(field);
}

function withoutOwner(
  { username }: User,
  name: string,
  self: Subject | undefined,
  released: boolean,
): Refusal {
  if (released)
    return {
      message: `${asker(username)} may not create namespace ${quoted(name)} without an owner`,
    };
  if (self === undefined) return { message: `${asker(username)} cannot own a namespace` };
  return {
    message: `namespace ${quoted(name)} would have no owner: its creator was not written to annotation ${OWNERS}; is the mutating webhook registered?`,
  };
}

function* refusedSubjects(
  had: readonly string[],
  { owners, members }: Owned,
  parties: Parties,
): Generator<Refusal> {
  for (const [annotation, subjects] of [
    [OWNERS, owners],
    [MEMBERS, members],
  ] as const) {
    const wrong = subjects.filter(
      (subject) => parties.isRefused(subject) && !had.includes(keyOf(subject)),
    );
    if (wrong.length === 0) continue;
    yield {
      message: `${listed(wrong)} can be neither owner nor member of a namespace`,
      field: fieldOf(annotation),
    };
  }
}
