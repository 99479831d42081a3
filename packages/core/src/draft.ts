import { create } from "mutative";

/** A copy of an object that shares what is not changed with the original. */
export interface Draft<T> {
  /** Change this in place. */
  readonly draft: T;
  /** The changed object, or the very `base` where nothing was changed. The draft is dead afterwards. */
  finish(): T;
}

/**
 * Opens `base` for changes without copying it. Dropping the draft unfinished leaves nothing behind.
 * `base` itself is never written to.
 */
export function openDraft<T extends object>(base: T): Draft<T> {
  const [draft, finish] = create(base, { enableAutoFreeze: false }) as unknown as [T, () => T];
  return { draft, finish };
}
