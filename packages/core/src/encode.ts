import type {
  AdmissionRequest,
  AdmissionResponse,
  AdmissionReviewVersion,
  AdmissionStatus,
  StatusCause,
} from "./admission.ts";
import type { Outcome } from "./outcome.ts";
import { warningsToSend } from "./warnings.ts";

/** The answer to a review as the API server wants it: the version received, the uid echoed. */
export function encodeReview(
  apiVersion: AdmissionReviewVersion,
  response: AdmissionResponse,
): string {
  // `apiVersion` is one of two constants: only the response needs escaping.
  return `{"apiVersion":"${apiVersion}","kind":"AdmissionReview","response":${JSON.stringify(response)}}`;
}

/** The verdict in the API server's words. `outcome` must be a verdict: a fault has none. */
export function responseOf(uid: string, outcome: Outcome): AdmissionResponse {
  const response: AdmissionResponse = { uid, allowed: outcome.kind === "allow" };
  if (outcome.kind === "deny") response.status = statusOf(outcome);
  if (outcome.patch.length > 0) {
    response.patchType = "JSONPatch";
    response.patch = Buffer.from(JSON.stringify(outcome.patch)).toString("base64");
  }
  if (outcome.warnings.length > 0) response.warnings = warningsToSend(outcome.warnings);
  if (outcome.auditAnnotations.size > 0) {
    response.auditAnnotations = Object.fromEntries(outcome.auditAnnotations);
  }
  return response;
}

/**
 * What is answered with HTTP 500, as text/plain, where `outcome` is a fault. Names plugin and review; the
 * cause is for the log. kube-apiserver shows this text to the user.
 */
export function faultText(request: AdmissionRequest, { faults }: Outcome): string {
  const names = faults.map(({ plugin, code }) => `plugin "${plugin}" could not judge (${code})`);
  const { resource, subResource, operation, uid } = request;
  const what = subResource ? `${resource.resource}/${subResource}` : resource.resource;
  return `${names.join("; ")}: ${operation} ${what}, review ${uid}`;
}

/** One status for all denials: the first one's code and reason, everyone's message and cause, the longest wait. */
function statusOf({ denials }: Outcome): AdmissionStatus {
  const [first] = denials;
  const causes: StatusCause[] = [];
  let text = "";
  let wait: number | undefined;
  for (const { message, field, reason = "Forbidden", retryAfterSeconds } of denials) {
    causes.push(field === undefined ? { reason, message } : { reason, message, field });
    text = text === "" ? message : `${text}; ${message}`;
    if (retryAfterSeconds !== undefined) wait = Math.max(wait ?? 0, retryAfterSeconds);
  }
  return {
    status: "Failure",
    message: text,
    reason: first?.reason ?? "Forbidden",
    code: first?.code ?? 403,
    details: wait === undefined ? { causes } : { causes, retryAfterSeconds: wait },
  };
}
