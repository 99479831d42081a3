type Json = Record<string, unknown>;

/**
 * Server-side apply by one manager: `live` with the fields of `applied`, and without those that the
 * manager applied `before` and no longer gives. Lists are replaced as a whole, but for `finalizers`;
 * the API server merges some of them by a key.
 */
export function applied(live: Json, before: Json | undefined, given: Json): Json {
  const merged: Json = { ...live };
  for (const key of Object.keys(before ?? {})) {
    if (!(key in given)) remove(merged, key, before?.[key]);
  }
  for (const [key, value] of Object.entries(given)) {
    const [now, then] = [merged[key], before?.[key]];
    if (isMap(value)) {
      merged[key] = applied(isMap(now) ? now : {}, isMap(then) ? then : undefined, value);
    } else if (key === "finalizers" && Array.isArray(now) && Array.isArray(value)) {
      const gone = new Set<unknown>(Array.isArray(then) ? then : []);
      const kept: unknown[] = now.filter((one) => !gone.has(one));
      merged[key] = [...new Set([...kept, ...(value as unknown[])])];
    } else {
      merged[key] = value;
    }
  }
  return merged;
}

/** Takes away what a manager had applied: of a map the fields that it had given, else all. */
function remove(merged: Json, key: string, before: unknown): void {
  const now = merged[key];
  if (!isMap(before) || !isMap(now)) {
    delete merged[key];
    return;
  }
  const rest = applied(now, before, {});
  if (Object.keys(rest).length === 0) delete merged[key];
  else merged[key] = rest;
}

function isMap(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
