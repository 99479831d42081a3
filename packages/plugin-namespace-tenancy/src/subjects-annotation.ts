import { type Subject, keyOf, subjectProblem } from "./subject.ts";

/** What an annotation says: whom it lists, or why it lists nobody. */
export type Parsed =
  | { readonly subjects: readonly Subject[]; readonly problem?: undefined }
  | { readonly problem: string; readonly subjects?: undefined };

/** All annotations of an object together may have 256 KiB (apimachinery/pkg/api/validation/objectmeta.go). */
const MAX_LENGTH = 64 * 1024;

/** As many subjects as a list may have: each request in the namespace is compared with all of them. */
export const MAX_SUBJECTS = 100;

const KINDS: readonly unknown[] = ["User", "Group", "ServiceAccount"];
const FIELDS: readonly string[] = ["kind", "name", "namespace"];

/**
 * Reads a list of subjects, strictly: what another reader could take for something else is malformed, and a
 * part that can be understood does not make up for one that cannot.
 *
 * @example
 * parseSubjects('[{"kind":"User","name":"alice"},{"kind":"ServiceAccount","namespace":"ci","name":"deployer"}]')
 */
export function parseSubjects(text: string): Parsed {
  if (text === "") return { problem: "it is empty" };
  if (text.length > MAX_LENGTH) return { problem: `it is longer than ${MAX_LENGTH} characters` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: "it is no JSON" };
  }
  if (!Array.isArray(value)) return { problem: "it is no JSON array" };
  if (value.length > MAX_SUBJECTS) {
    return {
      problem: `it lists ${value.length} subjects, and at most ${MAX_SUBJECTS} are allowed`,
    };
  }
  const keys = new Set<string>();
  let fields = 0;
  for (const [index, item] of (value as unknown[]).entries()) {
    const problem = itemProblem(item);
    if (problem !== undefined) return { problem: `[${index}]: ${problem}` };
    const key = keyOf(item as Subject);
    if (keys.has(key)) return { problem: `[${index}]: it is there twice` };
    keys.add(key);
    fields += Object.keys(item as object).length;
  }
  // Of a key that is there twice, readers take the first or the last.
  if (fields !== colonsOutsideStrings(text)) return { problem: "a field is there twice" };
  return { subjects: value as Subject[] };
}

/** A list of subjects as it is stored. */
export function formatSubjects(subjects: readonly Subject[]): string {
  return JSON.stringify(
    subjects.map(({ kind, name, namespace }) =>
      namespace === undefined ? { kind, name } : { kind, namespace, name },
    ),
  );
}

function itemProblem(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return "it is no object";
  const { kind, name, namespace } = item as Record<string, unknown>;
  const unknown = Object.keys(item).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) return "it has a field other than kind, name and namespace";
  if (!KINDS.includes(kind)) return "its kind is neither User nor Group nor ServiceAccount";
  if (typeof name !== "string") return "it has no name";
  if (namespace !== undefined && typeof namespace !== "string") return "its namespace is no text";
  return subjectProblem(item as Subject);
}

function colonsOutsideStrings(json: string): number {
  return json.replace(/"(?:[^"\\]|\\.)*"/g, "").split(":").length - 1;
}
