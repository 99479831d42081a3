import type { Denial } from "./context.ts";
import type { ErrorCode } from "./errors.ts";
import type { PatchOperation } from "./patch.ts";

/** A plugin that could not judge. It is no verdict: `failurePolicy` decides what becomes of it. */
export interface Fault {
  plugin: string;
  code: ErrorCode;
  /** For the log; the user is told the plugin's name alone. */
  cause: unknown;
}

/** What a plugin whose enforcement is `warn` or `audit` would have done. */
export interface Unenforced {
  plugin: string;
  enforcement: "warn" | "audit";
  kind: "denial" | "change" | "fault";
  /** What the user was warned of, or the audit log was told. */
  message: string;
  /** Where `kind` is `fault`. */
  fault?: Fault;
}

/** What came of a review. Deny beats fault, fault beats allow. */
export interface Outcome {
  /** `allow` and `deny` are verdicts; `fault` is the absence of one. */
  readonly kind: "allow" | "deny" | "fault";
  /** Every enforced denial, in the order in which the plugins are listed. */
  readonly denials: readonly PluginDenial[];
  /** Every fault of an enforced plugin; also beside denials. */
  readonly faults: readonly Fault[];
  /** What changes the object as received; empty unless `kind` is `allow` in the mutating phase. */
  readonly patch: readonly PatchOperation[];
  /** As the plugins gave them, in order. */
  readonly warnings: readonly string[];
  readonly auditAnnotations: ReadonlyMap<string, string>;
  readonly unenforced: readonly Unenforced[];
}

/** A denial and whose it is. */
export interface PluginDenial extends Denial {
  plugin: string;
}

const NONE: readonly never[] = Object.freeze([]);
const NO_ANNOTATIONS: ReadonlyMap<string, string> = new Map();

/** Allowed, unchanged, nothing to say: what most reviews come to. */
export const ALLOWED: Outcome = Object.freeze({
  kind: "allow",
  denials: NONE,
  faults: NONE,
  patch: NONE,
  warnings: NONE,
  auditAnnotations: NO_ANNOTATIONS,
  unenforced: NONE,
});
