import type { YAMLError } from "yaml";
import type { ConfigurationIssue } from "../configuration-error.ts";
import { plainDataOf } from "./plain-data.ts";

/** A YAML text as plain data. */
export interface ParsedYaml {
  /** undefined where there is no making sense of the text. */
  readonly value: unknown;
  readonly issues: readonly ConfigurationIssue[];
  /** Pointers to what could not be read, and is null in `value`. */
  readonly unread: ReadonlySet<string>;
  /** The issue with line and column: those of what its pointer names, or of what should hold it. */
  locate(issue: ConfigurationIssue): ConfigurationIssue;
}

/** Reads YAML 1.2, core schema: `yes` is a word and `0755` is seven hundred and fifty-five. */
export async function parseYaml(text: string): Promise<ParsedYaml> {
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    version: "1.2",
    // Said again, because a %YAML directive in the text would have its own way.
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    // Two keys are told from each other once both are text, in plainDataOf.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
    lineCounter: lines,
  });
  const placeOf = (offset: number) => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const issues = faults.map((error) => ({
      code: "GW_CONFIG_UNREADABLE" as const,
      pointer: "",
      message: messageOf(error),
      ...placeOf(error.pos[0]),
    }));
    return {
      value: undefined,
      issues: firstOfEachLine(issues),
      unread: new Set(),
      locate: (issue) => issue,
    };
  }
  const data = plainDataOf(yaml, document.contents, (offset) => placeOf(offset).line);
  const start = document.contents?.range?.[0] ?? 0;
  const problems = data.refused === undefined ? data.problems : [data.refused];
  const code = data.refused === undefined ? "GW_CONFIG_INVALID" : "GW_CONFIG_UNREADABLE";
  return {
    value: data.value,
    unread: data.unread,
    issues: problems.map(({ offset, ...problem }) => ({ code, ...problem, ...placeOf(offset) })),
    locate(issue) {
      let at = issue.pointer;
      while (at !== "" && !data.offsets.has(at)) at = at.slice(0, at.lastIndexOf("/"));
      return { ...issue, ...placeOf(data.offsets.get(at) ?? start) };
    },
  };
}

/** One slip makes the parser stumble several times over; the first time is the one that helps. */
function firstOfEachLine(issues: readonly ConfigurationIssue[]): ConfigurationIssue[] {
  const first = new Map<number | undefined, ConfigurationIssue>();
  for (const issue of issues) if (!first.has(issue.line)) first.set(issue.line, issue);
  return [...first.values()];
}

function messageOf({ code, message }: YAMLError): string {
  switch (code) {
    case "MULTIPLE_DOCS":
      return "a second document begins here (---); the file must hold one";
    case "RESOURCE_EXHAUSTION":
      return "is nested too deeply to be read";
    case "BAD_SCALAR_START":
      return `not YAML: ${message}; put the value in quotes`;
    case "BLOCK_AS_IMPLICIT_KEY":
      return `not YAML: ${message}; indent the line as its neighbours are, or put a value with ": " in quotes`;
    default:
      return `not YAML: ${message.length > 200 ? `${message.slice(0, 200)}…` : message}`;
  }
}
