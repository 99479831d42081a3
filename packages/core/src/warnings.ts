// kube-apiserver cuts every warning to 256 characters once all together exceed 4,096, and drops what
// does not fit then (apiserver/pkg/endpoints/filters/warning.go). It drops one with a control
// character without a word (apimachinery/pkg/util/net/http.go, NewWarningHeader).
const TOTAL = 4_096;
const EACH = 256;

/**
 * The warnings as kube-apiserver will show them all: a newline makes two of one, other control
 * characters are escaped (`\u0007`), repetitions go, and where all together are too long each is cut
 * to 256 characters, the last one saying how many more there were.
 */
export function warningsToSend(warnings: readonly string[]): string[] {
  const lines = warnings.flatMap((warning) => warning.split(/\r\n|[\n\r\u0085\u2028\u2029]/));
  const printable = lines.map((line) => escape(line).trim()).filter((line) => line !== "");
  const unique = [...new Set(printable)];
  if (unique.reduce((sum, line) => sum + length(line), 0) <= TOTAL) return unique;
  const cut = unique.map(shorten);
  const room = TOTAL / EACH;
  if (cut.length <= room) return cut;
  return [...cut.slice(0, room - 1), `and ${cut.length - room + 1} more warnings`];
}

function escape(text: string): string {
  return text
    .toWellFormed()
    .replace(/\p{Cc}/gu, (character) => (character === "\t" ? " " : `\\u${hex(character)}`));
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, "0");
}

/** The API server counts runes, not UTF-16 units. */
function length(text: string): number {
  return [...text].length;
}

function shorten(text: string): string {
  const runes = [...text];
  return runes.length <= EACH ? text : `${runes.slice(0, EACH - 1).join("")}…`;
}
