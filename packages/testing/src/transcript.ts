import { inspect } from "node:util";
import type { Fault, WebhookEndpoint } from "@gatewright/core";
import type { WebhookCall } from "./call-webhook.ts";
import type { JsonPatchOperation } from "./json-patch.ts";

/** What one mutating webhook changed. */
export interface WebhookPatch {
  readonly webhook: string;
  readonly patch: readonly JsonPatchOperation[];
  /** Whether it was called again because a later webhook had changed the object. */
  readonly reinvocation: boolean;
}

/**
 * A plugin that could not judge. Its user is told the plugin's name alone, as `status.message` shows; a test is
 * told why.
 */
export interface AdmissionFault extends Fault {
  /** What was thrown, with its stack: `cause` as a text, which a failed assertion prints. */
  readonly message: string;
}

/** What webhooks said beside their verdicts, as the API server keeps it. */
export interface Transcript {
  /** As the user sees them, without repetitions. */
  readonly warnings: readonly string[];
  /** As the audit event has them: `pods.example.com/key`. */
  readonly auditAnnotations: Readonly<Record<string, string>>;
  /** Every patch that was applied, in order. */
  readonly patches: readonly WebhookPatch[];
  /**
   * Every fault, also those that `failurePolicy: Ignore` or a neighbour's denial passed over.
   *
   * @example expect(admission.faults.map(({ message }) => message)).to.deep.equal([]);
   */
  readonly faults: readonly AdmissionFault[];
}

/** Writes a transcript, call by call. */
export interface TranscriptWriter {
  add(endpoint: WebhookEndpoint, call: WebhookCall): void;
  patched(entry: WebhookPatch): void;
  transcript(): Transcript;
}

/** Begins an empty one. */
export function writeTranscript(): TranscriptWriter {
  // A text that the user has seen is not shown again (apiserver/pkg/endpoints/filters/warning.go).
  const warnings = new Set<string>();
  // A key that is set keeps its value (apiserver/pkg/audit/context.go).
  const annotations = new Map<string, string>();
  const patches: WebhookPatch[] = [];
  const faults: AdmissionFault[] = [];
  return {
    add({ name }, call) {
      for (const warning of call.response?.warnings ?? []) warnings.add(warning);
      for (const [key, value] of Object.entries(call.response?.auditAnnotations ?? {})) {
        if (!annotations.has(`${name}/${key}`)) annotations.set(`${name}/${key}`, value);
      }
      faults.push(...call.faults.map((fault) => ({ ...fault, message: textOf(fault.cause) })));
    },
    patched: (entry) => void patches.push(entry),
    transcript: () => ({
      warnings: [...warnings],
      auditAnnotations: Object.fromEntries(annotations),
      patches,
      faults,
    }),
  };
}

/** Anything can be thrown. */
function textOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? String(cause)) : inspect(cause);
}
