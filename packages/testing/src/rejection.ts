import type { AdmissionStatus, WebhookEndpoint } from "@gatewright/core";
import type { WebhookCall } from "./call-webhook.ts";

/**
 * Why a call ends the request, in the words that its user reads; undefined where it does not. A fault
 * does so under `failurePolicy: Fail` only.
 *
 * Source: `ToStatusErr` in apiserver/pkg/admission/plugin/webhook/errors, and dispatcher.go beside it.
 */
export function rejectionOf(
  { name, failurePolicy }: WebhookEndpoint,
  { response, faultText }: WebhookCall,
): AdmissionStatus | undefined {
  if (response === undefined) {
    if (failurePolicy === "Ignore") return undefined;
    return internalError(
      `failed calling webhook "${name}": failed to call webhook: ` +
        `an error on the server (${JSON.stringify(faultText)}) has prevented the request from succeeding`,
    );
  }
  const { allowed, status } = response;
  if (allowed || status === undefined) return undefined;
  const message = `admission webhook "${name}" denied the request: ${status.message}`;
  return { ...status, message };
}

/** `apierrors.NewInternalError`. */
export function internalError(message: string): AdmissionStatus {
  return {
    status: "Failure",
    message: `Internal error occurred: ${message}`,
    reason: "InternalError",
    code: 500,
    details: { causes: [{ message }] },
  };
}
