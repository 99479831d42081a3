import { isDeepStrictEqual } from "node:util";
import type {
  AdmissionObject,
  AdmissionRequest,
  AdmissionReviewVersion,
  AdmissionStatus,
  Reviewer,
} from "@gatewright/core";
import { callWebhook, type WebhookCall } from "./call-webhook.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { internalError, rejectionOf } from "./rejection.ts";
import type { TranscriptWriter } from "./transcript.ts";

/** What the mutating webhooks made of a request. */
export interface MutatingResult {
  object: AdmissionObject | null;
  /** Why it ended there. */
  rejection: AdmissionStatus | undefined;
}

/**
 * Calls mutating webhooks one after another, each with what the one before left. Where one changed the
 * object, those before it are called a second time, once, if their `reinvocationPolicy` is `IfNeeded`.
 *
 * Source: apiserver/pkg/admission/plugin/webhook/mutating/{dispatcher,reinvocationcontext}.go
 */
export async function mutatingPhase(
  mutators: readonly Reviewer[],
  request: AdmissionRequest,
  options: { apiVersion: AdmissionReviewVersion; reinvoke: boolean },
  writer: TranscriptWriter,
): Promise<MutatingResult> {
  let object = request.object;
  // Invoked since the object was last changed; whoever was invoked before that has to see the change.
  const upToDate = new Set<Reviewer>();
  const outOfDate = new Set<Reviewer>();
  for (const reinvocation of [false, true]) {
    for (const mutator of mutators) {
      if (reinvocation && !outOfDate.has(mutator)) continue;
      const call = await callWebhook(mutator, { ...request, object }, options.apiVersion);
      writer.add(mutator.endpoint, call);
      const { after, rejection } = consequence(mutator, call, object);
      if (rejection !== undefined) return { object, rejection };
      if (call.patch.length > 0) {
        writer.patched({ webhook: mutator.endpoint.name, patch: call.patch, reinvocation });
      }
      if (!isDeepStrictEqual(after, object)) {
        for (const earlier of upToDate) outOfDate.add(earlier);
        upToDate.clear();
      }
      object = after;
      if (options.reinvoke) upToDate.add(mutator);
    }
  }
  return { object, rejection: undefined };
}

function consequence(
  { endpoint }: Reviewer,
  call: WebhookCall,
  object: AdmissionObject | null,
): { after: AdmissionObject | null; rejection: AdmissionStatus | undefined } {
  const rejection = rejectionOf(endpoint, call);
  if (rejection !== undefined || call.patch.length === 0) return { after: object, rejection };
  try {
    if (object === null) {
      throw new Error(
        `admission webhook "${endpoint.name}" attempted to modify the object, which is not supported for this operation`,
      );
    }
    return { after: applyJsonPatch(object, call.patch) as AdmissionObject, rejection: undefined };
  } catch (error) {
    // No matter of failurePolicy.
    return { after: object, rejection: internalError((error as Error).message) };
  }
}
