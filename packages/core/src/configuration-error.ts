import { type ErrorCode, GatewrightError } from "./errors.ts";

/** One thing that is wrong with a configuration. */
export interface ConfigurationIssue {
  code: ErrorCode;
  /** An RFC 6901 pointer into the configuration: `/webhooks/pods.gatewright.dev/plugins/0`. */
  pointer: string;
  /** What is wrong, and what to write instead. */
  message: string;
  /** Where a file is at fault: from 1. */
  line?: number;
  column?: number;
}

/** Everything that is wrong with a configuration, at once. Thrown before anything was started. */
export class ConfigurationError extends GatewrightError {
  readonly issues: readonly ConfigurationIssue[];
  /** The file, where the configuration came from one. */
  readonly file: string | undefined;

  constructor(issues: readonly ConfigurationIssue[], file?: string) {
    super(
      issues[0]?.code ?? "GW_CONFIG_INVALID",
      issues.map((issue) => line(issue, file)).join("\n"),
    );
    this.name = "ConfigurationError";
    this.issues = issues;
    this.file = file;
  }
}

function line(
  { code, pointer, message, line: row, column }: ConfigurationIssue,
  file?: string,
): string {
  const place = [file, row, column].filter((part) => part !== undefined).join(":");
  return `${place === "" ? "" : `${place}: `}${pointer === "" ? "" : `${pointer}: `}${message} [${code}]`;
}

/** Joins keys to an RFC 6901 pointer. */
export function pointerOf(...keys: readonly (string | number)[]): string {
  return keys.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
