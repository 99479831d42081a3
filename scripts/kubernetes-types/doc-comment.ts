const WIDTH = 98;
const LONGEST = 240;

/**
 * A schema's description as a JSDoc comment: its first paragraph, cut after a sentence where it is
 * long, and `@deprecated` where Kubernetes says so, which editors strike through.
 */
export function docComment(description: string | undefined, indent = ""): string {
  const text = (description ?? "").replaceAll("*/", "*\\/");
  const [first = ""] = text.split(/\n\s*\n/);
  const deprecation = /\bDeprecated: (.*)/.exec(flat(text))?.[1];
  const lines = wrap(firstSentences(withoutTrailers(flat(first))), WIDTH - indent.length);
  if (deprecation !== undefined) {
    lines.push(...wrap(`@deprecated ${firstSentence(deprecation)}`, WIDTH - indent.length));
  }
  if (lines.length === 0) return "";
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`), `${indent} */\n`].join(
    "\n",
  );
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

// What an editor shows better, or what says nothing about the field.
function withoutTrailers(paragraph: string): string {
  return paragraph
    .replace(/\bDeprecated: .*/, "")
    .replaceAll(/\s*More info: \S*\/api-conventions\.md\S*/g, "")
    .trim();
}

function firstSentences(paragraph: string): string {
  if (paragraph.length <= LONGEST) return paragraph;
  const ends = [...paragraph.matchAll(/\.(?= [A-Z])/g)].map(({ index }) => index + 1);
  const end = ends.findLast((index) => index <= LONGEST) ?? ends[0];
  return paragraph.slice(0, end);
}

function firstSentence(text: string): string {
  return text.slice(0, (/\.(?= |$)/.exec(text)?.index ?? text.length) + 1);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((part) => part !== "")) {
    const line = lines.at(-1);
    // A line that starts with @ would begin a JSDoc tag.
    if (line === undefined || (line.length + word.length >= width && !word.startsWith("@"))) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = `${line} ${word}`;
    }
  }
  return lines;
}
