// kube-apiserver cuts every warning to 256 characters once all together exceed 4,096, and drops what
// does not fit then (apiserver/pkg/endpoints/filters/warning.go). It drops one with a control
// character without a word (apimachinery/pkg/util/net/http.go, NewWarningHeader).
const TOTAL = 4_096;
const EACH = 256;
const ROOM_FOR_THE_COUNT = 32;

/**
 * The warnings as kube-apiserver will show them all: a newline makes two of one, other control
 * characters are escaped (`\u0007`), repetitions go, and where all together are too long each is cut
 * to 256 characters, and the last one says how many did not fit.
 */
export function warningsToSend(warnings: readonly string[]): string[] {
  const lines = warnings.flatMap((warning) => warning.split(/\r\n|[\n\r\u0085\u2028\u2029]/));
  const printable = lines.map((line) => escape(line).trim()).filter((line) => line !== "");
  const unique = [...new Set(printable)];
  if (unique.reduce((sum, line) => sum + length(line), 0) <= TOTAL) return unique;
  return asManyAsFit(unique.map(shorten));
}

function asManyAsFit(lines: string[]): string[] {
  const ends: number[] = [];
  let end = 0;
  for (const line of lines) ends.push((end += length(line)));
  if (end <= TOTAL) return lines;
  const fitting = ends.filter((reached) => reached <= TOTAL - ROOM_FOR_THE_COUNT).length;
  return [...lines.slice(0, fitting), `and ${lines.length - fitting} more warnings`];
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
