import type { Logger } from "../src/log.ts";

/** One line of a log. */
export interface Line {
  level: "debug" | "info" | "warn" | "error";
  message: string;
  [field: string]: unknown;
}

/** A logger that keeps its lines. */
export interface RecordingLogger extends Logger {
  readonly lines: Line[];
  /** Those at `info` and above, which is what a server writes unless told otherwise. */
  written(): Line[];
}

/** A logger that keeps its lines, those of its children as well. */
export function recordingLogger(lines: Line[] = [], always: object = {}): RecordingLogger {
  const method =
    (level: Line["level"]) =>
    (...[fields, message]: [object, string] | [string]): void => {
      const given = typeof fields === "string" ? { message: fields } : { ...fields, message };
      lines.push({ ...always, ...given, level } as Line);
    };
  return {
    lines,
    written: () => lines.filter(({ level }) => level !== "debug"),
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
    child: (fields) => recordingLogger(lines, { ...always, ...fields }),
  };
}
