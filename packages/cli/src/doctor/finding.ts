/** How bad: `error` breaks or bypasses something as it is, `warning` will on some day, `info` is worth knowing. */
export type Severity = "error" | "warning" | "info";

/** From bad to harmless. */
export const severities: readonly Severity[] = ["error", "warning", "info"];

/** What a finding is about. */
export interface Where {
  /** Kind and name: `ValidatingWebhookConfiguration/pods`; with its namespace `Service/shop/web`. */
  readonly object: string;
  /** The webhook's name, of a configuration of several. */
  readonly webhook?: string;
  /** RFC 6901, within the object: `/webhooks/0/rules/1`. */
  readonly pointer: string;
  /** Of what was read from files: as it was given, `-` for standard input. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
}

/** Something that is wrong, or will be. */
export interface Finding {
  /** Stable: `GWD101-status`. Its own section is in `docs/doctor/checks.md`. */
  readonly id: string;
  readonly severity: Severity;
  readonly where: Where;
  /** What was found, of this very object. */
  readonly what: string;
  /** Why that is bad, always the same for an id. */
  readonly why: string;
  /** Where that is written: a KEP, a page of Kubernetes' documentation, a file of its source. */
  readonly source: string;
  /** What to write instead, as YAML. */
  readonly fix: string;
}

/** Whether `severity` is as bad as `threshold`, or worse. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(threshold);
}
