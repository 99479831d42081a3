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

/** What webhooks said beside their verdicts, as the API server keeps it. */
export interface Transcript {
  /** As the user sees them, without repetitions. */
  readonly warnings: readonly string[];
  /** As the audit event has them: `pods.example.com/key`. */
  readonly auditAnnotations: Readonly<Record<string, string>>;
  /** Every patch that was applied, in order. */
  readonly patches: readonly WebhookPatch[];
  /** Every fault, also those that `failurePolicy: Ignore` or a neighbour's denial passed over. */
  readonly faults: readonly Fault[];
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
  const faults: Fault[] = [];
  return {
    add({ name }, call) {
      for (const warning of call.response?.warnings ?? []) warnings.add(warning);
      for (const [key, value] of Object.entries(call.response?.auditAnnotations ?? {})) {
        if (!annotations.has(`${name}/${key}`)) annotations.set(`${name}/${key}`, value);
      }
      faults.push(...call.faults);
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
