import { STATUS_CODES } from "node:http";
import { ClusterError } from "@gatewright/core";

/** As much of a `meta/v1` Status as matters here. */
export interface Status {
  kind: "Status";
  message?: string;
  reason?: string;
  code?: number;
  details?: { name?: string; retryAfterSeconds?: number };
}

/** Kubernetes' reasons for codes that come without one: from a proxy, or as plain text. */
const REASONS: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Gone",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** Whether it is a Status, as the API server answers where it answers no object. */
export function isStatus(body: unknown): body is Status {
  return typeof body === "object" && body !== null && (body as Status).kind === "Status";
}

/** What a body is, or undefined where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A refusal, in the words of the API server, or of whoever answered in its place.
 *
 * @param what the call, such as `GET https://…/api/v1/pods`
 * @param code the HTTP status, or the code of the Status in an ERROR event
 */
export function refusal(
  what: string,
  code: number,
  text: string,
  retryAfter?: string,
): ClusterError {
  const body = parseJson(text);
  const status: Partial<Status> = isStatus(body) ? body : {};
  const reason =
    status.reason || (REASONS[code] ?? STATUS_CODES[code]?.replaceAll(" ", "") ?? "Unknown");
  const said = status.message || firstLine(text);
  const seconds = Number(status.details?.retryAfterSeconds ?? retryAfter);
  return new ClusterError(`${what}: ${code} ${reason}${said === "" ? "" : `: ${said}`}`, {
    status: code,
    reason,
    cause: body,
    ...(Number.isInteger(seconds) && seconds >= 0 && { retryAfterSeconds: seconds }),
  });
}

/**
 * Whether the API server says that there is no object of this name, and not that it knows no such resource:
 * only then does its answer name one.
 */
export function isMissingObject(error: unknown, name: string): boolean {
  if (!(error instanceof ClusterError) || error.status !== 404) return false;
  return isStatus(error.cause) && error.cause.details?.name === name;
}

/**
 * What a call for one object was refused with. That the API server knows no such path it says in the same words
 * whether it serves no such resource, or a namespace is missing or too many: to those the likely mistake is added.
 */
export function atWrongPath(error: unknown, resource: string, namespace?: string): unknown {
  if (!(error instanceof ClusterError) || (error.status !== 404 && error.status !== 405)) {
    return error;
  }
  // An object or a namespace that is not there has a name.
  if (!isStatus(error.cause) || error.cause.details?.name) return error;
  const likely =
    namespace === undefined
      ? "its objects are in namespaces, and none was named"
      : `its objects are in no namespace, and "${namespace}" was named`;
  const { message, status, reason, retryAfterSeconds, cause } = error;
  return new ClusterError(`${message} (either ${resource} is not served, or ${likely})`, {
    status,
    reason,
    retryAfterSeconds,
    cause,
  });
}

function firstLine(text: string): string {
  const line = text.trim().split("\n")[0] ?? "";
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
