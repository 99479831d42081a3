/**
 * Breaks text at its spaces into lines of at most `columns` characters, all but the first after `indent`; what has no
 * space stays whole. Undefined columns break nothing.
 *
 * @param begins - how many characters stand before the first line
 */
export function wrap(
  text: string,
  columns: number | undefined,
  indent: string,
  begins = indent.length,
): string {
  if (columns === undefined) return text;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const room = columns - (lines.length === 0 ? begins : indent.length);
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${indent}`);
}
