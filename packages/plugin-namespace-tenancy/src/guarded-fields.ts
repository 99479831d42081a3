import { type NamespaceObject, PREFIX } from "./ownership.ts";

/** What of a namespace ownership and its guards hang on, and where it changed. */
export interface Changes {
  /** Annotations and labels below `tenancy.gatewright.dev/`. */
  readonly ownership: readonly string[];
  /** Where a tenant has changed what is not a tenant's: paths of fields. */
  readonly guarded: readonly string[];
}

/** A namespace with what, once it is there, only `namespaces/finalize` changes. */
export type WholeNamespace = NamespaceObject & { readonly spec?: unknown };

const NOTHING: WholeNamespace = {};

/**
 * What differs between a namespace as it is stored, undefined for a new one, and as it would be. What is
 * missing and what is empty differ, for others may take them for different things.
 *
 * @param protectedKeys labels and annotations; with a slash at the end, prefixes
 */
export function changesOf(
  before: WholeNamespace | undefined,
  after: WholeNamespace,
  protectedKeys: readonly string[],
): Changes {
  const old = before ?? NOTHING;
  const ownership: string[] = [];
  const guarded: string[] = [];
  for (const map of ["annotations", "labels"] as const) {
    for (const key of changedKeys(old.metadata?.[map], after.metadata?.[map])) {
      if (key.startsWith(PREFIX)) ownership.push(`metadata.${map}[${key}]`);
      else if (isProtected(key, protectedKeys)) guarded.push(`metadata.${map}[${key}]`);
    }
  }
  for (const field of ["ownerReferences", "finalizers"] as const) {
    if (!isSameList(old.metadata?.[field], after.metadata?.[field])) {
      guarded.push(`metadata.${field}`);
    }
  }
  if (before === undefined ? hasOwnFinalizers(after) : !isSameList(before.spec, after.spec)) {
    guarded.push("spec.finalizers");
  }
  return { ownership, guarded };
}

/**
 * Whether a new namespace could never end. The API server adds its own to those that are sent
 * (kubernetes/pkg/registry/core/namespace/strategy.go, PrepareForCreate).
 */
function hasOwnFinalizers({ spec }: WholeNamespace): boolean {
  const { finalizers } = (spec ?? {}) as { finalizers?: readonly string[] | null };
  return (finalizers ?? []).some((finalizer) => finalizer !== "kubernetes");
}

type Texts = Readonly<Record<string, string>> | null | undefined;

function changedKeys(before: Texts, after: Texts): string[] {
  const keys = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...keys].filter((key) => before?.[key] !== after?.[key]);
}

function isProtected(key: string, protectedKeys: readonly string[]): boolean {
  return protectedKeys.some((one) => (one.endsWith("/") ? key.startsWith(one) : key === one));
}

function isSameList(before: unknown, after: unknown): boolean {
  return JSON.stringify(before ?? []) === JSON.stringify(after ?? []);
}
