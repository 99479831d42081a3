import { yamlText } from "../../frame/yaml-text.ts";

// Marks stand in plain objects where a template's expression is to be: words that YAML leaves unquoted, with the
// expression in them, so that whatever copies or joins strings on the way carries it along.
const MARK = /gwmark-(value|text|entry)-([0-9a-f]+)-/;

function mark(kind: "value" | "text" | "entry", template: string): string {
  return `gwmark-${kind}-${Buffer.from(template).toString("hex")}-`;
}

/** In place of a whole scalar: an expression that gives YAML, quotes included. */
export function valueMark(expression: string): string {
  return mark("value", `{{ ${expression} }}`);
}

/** In place of a string or a part of one: an expression that gives a DNS label. */
export function textMark(expression: string): string {
  return mark("text", `{{ ${expression} }}`);
}

/**
 * In place of a value in a map or a list, whose key or dash goes with it: lines of a template, from the column where the
 * entry begins. `@2` in them is the indentation of that column, and 2 more: `{{- toYaml . | nindent @2 }}`.
 */
export function entryMark(lines: string): string {
  return mark("entry", lines);
}

/** A note above an object, as a YAML comment that no template engine reads. */
export function commentText(note: string): string {
  return note
    .split("\n")
    .map((line) => (line === "" ? "#\n" : `# ${escaped(line)}\n`))
    .join("");
}

/** A plain object with marks in it as a template's text. All else comes out as it is, braces included. */
export function templateText(object: unknown): string {
  return yamlText(object)
    .split("\n")
    .map((line) => lineText(escaped(line)))
    .join("\n");
}

function lineText(line: string): string {
  const entry = /^( *)(?:- |(?:[^ :"'-][^:]*|"[^"]*"|'[^']*'): )(gwmark-entry-[0-9a-f]+-)$/.exec(
    line,
  );
  if (entry !== null) {
    const [, indent = "", found = ""] = entry;
    return templateOf(found)
      .split("\n")
      .map((text) => indent + columns(text, indent.length))
      .join("\n");
  }
  if (line.includes("gwmark-entry-")) throw new Error(`not an entry of its own: ${line}`);
  const alone = /^(.*(?:: |- ))(gwmark-text-[0-9a-f]+-)$/.exec(line);
  // A name of digits alone would be a number.
  if (alone !== null) return `${alone[1]}"${templateOf(alone[2] ?? "")}"`;
  return line.replaceAll(new RegExp(MARK, "g"), (found) => templateOf(found));
}

function templateOf(found: string): string {
  return Buffer.from(MARK.exec(found)?.[2] ?? "", "hex").toString();
}

function columns(text: string, indent: number): string {
  return text.replaceAll(/(?<=nindent )@(\d+)/g, (_, more: string) =>
    String(indent + Number(more)),
  );
}

function escaped(text: string): string {
  return text.replaceAll("{{", '{{ "{{" }}');
}
