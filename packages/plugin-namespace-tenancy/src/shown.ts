/** What can stand in a sentence as it is, and be taken for nothing but itself. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._:@/+-]*$/;

/** As many characters of a name as a message shows. */
const LONGEST = 100;

/**
 * A name that somebody chose for himself, in a message: as it is where it is plain, else `quoted`. A name
 * cannot make a second line of a message, nor pass for another that looks the same.
 */
export function shown(name: string): string {
  return isPlain(name) ? name : quoted(name);
}

/** In JSON's quotes and escapes, with all but ASCII escaped as well: `"\u0430lice"` is not alice. */
export function quoted(name: string): string {
  if (isPlain(name)) return `"${name}"`;
  const text = JSON.stringify(name.slice(0, LONGEST)).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return name.length > LONGEST ? `${text}... (${name.length} characters)` : text;
}

function isPlain(name: string): boolean {
  return name.length <= LONGEST && PLAIN.test(name);
}
