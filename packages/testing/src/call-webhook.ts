import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  type AdmissionRequest,
  type AdmissionResponse,
  type AdmissionReviewVersion,
  decodeReview,
  encodeReview,
  type Fault,
  faultText,
  type Reviewer,
  responseOf,
} from "@gatewright/core";
import type { JsonPatchOperation } from "./json-patch.ts";

/** What one call of one webhook came to, seen from the API server. */
export interface WebhookCall {
  /** Undefined where the server would have answered HTTP 500. */
  readonly response: AdmissionResponse | undefined;
  /** The decoded patch of the response; empty without one. */
  readonly patch: readonly JsonPatchOperation[];
  readonly faults: readonly Fault[];
  /** The text/plain body of the HTTP 500. */
  readonly faultText: string;
}

/**
 * Sends a request through what a server does between its socket and the plugins, and back: as JSON,
 * decoded, judged, encoded, and read as the API server reads it.
 *
 * @throws BadReview where the request is none that a server would take.
 */
export async function callWebhook(
  reviewer: Reviewer,
  about: AdmissionRequest,
  apiVersion: AdmissionReviewVersion,
): Promise<WebhookCall> {
  // Each call has its own: `uuid.NewUUID()` in apiserver/pkg/admission/plugin/webhook/request.
  const uid = randomUUID();
  const sent = { ...about, uid };
  const text = JSON.stringify({ apiVersion, kind: "AdmissionReview", request: sent });
  const review = decodeReview(Buffer.from(text));
  const outcome = await reviewer.review(review.request, {
    timeoutMs: reviewer.endpoint.timeoutSeconds * 1000,
    source: review.source,
  });
  if (!isDeepStrictEqual(review.request, decodeReview(Buffer.from(text)).request)) {
    const { name, phase } = reviewer.endpoint;
    throw new Error(`webhook "${name}": a plugin wrote to the request it was given to ${phase}`);
  }
  const { faults } = outcome;
  if (outcome.kind === "fault") {
    const body = faultText(review.request, outcome);
    return { response: undefined, patch: [], faults, faultText: body };
  }
  const answer = encodeReview(review.apiVersion, responseOf(uid, outcome));
  const { response } = JSON.parse(answer) as { response: AdmissionResponse };
  return { response, patch: patchOf(response), faults, faultText: "" };
}

function patchOf({ patch }: AdmissionResponse): JsonPatchOperation[] {
  if (patch === undefined) return [];
  return JSON.parse(Buffer.from(patch, "base64").toString()) as JsonPatchOperation[];
}
