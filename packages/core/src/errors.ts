/**
 * Every error that Gatewright itself raises, by its code. A code, once released, keeps its meaning;
 * `docs/errors.md` says what to do about each, and the build fails where one is missing there.
 */
export const errorCodes = {
  GW_NODE_TOO_OLD: "The Node that runs is older than what Gatewright supports.",
  GW_CONFIG_INVALID: "The configuration does not fit its schema, or contradicts itself.",
  GW_CONFIG_UNREADABLE: "The configuration file cannot be read, or is not YAML.",
  GW_PLUGIN_MISDECLARED: "A plugin's declaration is refused before the server starts.",
  GW_PLUGIN_NOT_FOUND: "The configuration file names a plugin that cannot be imported.",
  GW_PLUGIN_SETUP: "A plugin's setup threw, so the server did not start.",
  GW_CERTIFICATE: "A certificate or key is missing, damaged, or does not belong to the other.",
  GW_CLUSTER_CONFIG: "How to reach the cluster is missing, or makes no sense.",
  GW_CLUSTER: "The API server refused a call, or did not answer it.",
  GW_UNDECLARED_ACCESS: "A plugin used a part of the cluster that its declaration does not name.",
  GW_DRY_RUN_WRITE: "A plugin wrote to the cluster while it reviewed a dry run.",
  GW_RECONCILE_ENDED: "A reconcile went on after its server lost the Lease, or was closed.",
  GW_LISTEN: "The address cannot be listened on.",
  GW_BAD_REVIEW: "What was received is not an admission review that can be answered.",
  GW_PLUGIN_FAULT: "A plugin threw while it reviewed a request.",
  GW_PLUGIN_TIMEOUT: "A plugin overran its time.",
  GW_PATCH_NOT_JSON: "A mutator left a value in the object that JSON does not have.",
  GW_PATCH_INEXACT: "A patch would have to rewrite a number that JavaScript cannot hold exactly.",
  GW_READ_ONLY: "A validator, or a mutator on anything but `object`, tried to write.",
  GW_LATE_VERB: "deny, warn or audit was called after the plugin's review had ended.",
  GW_BAD_VERB: "deny, warn or audit was called with arguments that cannot be sent.",
  GW_BAD_METRIC: "A plugin declared or used a metric of its own in a way that cannot be counted.",
} as const;

/** A stable name for a kind of error; `docs/errors.md` lists them. */
export type ErrorCode = keyof typeof errorCodes;

/** An error of Gatewright's own. `code` is stable, `message` is for people. */
export class GatewrightError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "GatewrightError";
    this.code = code;
  }
}

/** An HTTP refusal of what was received: one line of text, never a stack. */
export class BadReview extends GatewrightError {
  readonly status: 400 | 408 | 413 | 415 | 503;

  constructor(status: 400 | 408 | 413 | 415 | 503, message: string) {
    super("GW_BAD_REVIEW", message);
    this.name = "BadReview";
    this.status = status;
  }
}

/** What the API server said when it refused a call. */
export interface ClusterErrorDetails extends ErrorOptions {
  /** The HTTP status; 0 where there was no answer. */
  status: number;
  /**
   * `Status.reason`: `NotFound`, `AlreadyExists`, `Conflict`, `Forbidden`, `Invalid`, `Expired`, …
   * Where there was no answer: `Unreachable` or `Timeout`.
   */
  reason: string;
  /** When to try again, in whole seconds, where the API server says so. */
  retryAfterSeconds?: number | undefined;
}

/** A call to the API server that was refused, or not answered. `message` says which call, and why. */
export class ClusterError extends GatewrightError {
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;
  /**
   * `Status.reason`: `NotFound`, `AlreadyExists`, `Conflict`, `Forbidden`, `Invalid`, `Expired`, …
   * Where there was no answer: `Unreachable` or `Timeout`.
   */
  readonly reason: string;
  /** When to try again, in whole seconds, where the API server says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, { cause, ...details }: ClusterErrorDetails) {
    super("GW_CLUSTER", message, cause === undefined ? undefined : { cause });
    this.name = "ClusterError";
    this.status = details.status;
    this.reason = details.reason;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}
