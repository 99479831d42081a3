/** Freezes a tree of plain data, in place. What is frozen already is taken to be so in all its depth. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    if (Object.isFrozen(value)) return value;
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
