import { isAscii, isUtf8 } from "node:buffer";
import type { AdmissionRequest, AdmissionReviewVersion } from "./admission.ts";
import { BadReview } from "./errors.ts";
import {
  createReadingHabit,
  type ParsedJson,
  parseJson,
  type ReadingHabit,
  TooDeep,
} from "./parse-json.ts";

/** A review as received. */
export interface DecodedReview {
  readonly apiVersion: AdmissionReviewVersion;
  readonly request: AdmissionRequest;
  /** The text that `request` was parsed from; numbers in it are exact. */
  readonly source: () => string;
}

/** Deeper objects are refused: cloning and comparing recurse. kube-apiserver itself allows 10,000. */
export const MAX_DEPTH = 1_000;

/**
 * Reads the body of a call as an AdmissionReview of `admission.k8s.io/v1` or `v1beta1`.
 *
 * @throws BadReview (400) that says in one line what is wrong.
 */
export function decodeReview(body: Buffer): DecodedReview {
  return decode(body, undefined);
}

/**
 * Makes a `decodeReview` for the reviews of one endpoint: it learns whether what is long and lies deep in their objects is
 * read there, and parses it when it is, or with all the rest. Until then, `structuredClone` and `Object.freeze` refuse it.
 */
export function createDecoder(): (body: Buffer) => DecodedReview {
  const habit = createReadingHabit();
  return (body) => decode(body, habit);
}

function decode(body: Buffer, habit: ReadingHabit | undefined): DecodedReview {
  if (body.length === 0) throw bad("the body is empty");
  const ascii = isAscii(body);
  if (!ascii && !isUtf8(body)) throw bad("the body is not UTF-8");
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) {
    throw bad("the body begins with a byte order mark");
  }
  const { value: review, text: source } = parse(body, ascii, habit);
  if (!isRecord(review) || review["kind"] !== "AdmissionReview") {
    throw bad("the body is not an AdmissionReview");
  }
  const apiVersion = review["apiVersion"];
  if (apiVersion !== "admission.k8s.io/v1" && apiVersion !== "admission.k8s.io/v1beta1") {
    throw bad("apiVersion is neither admission.k8s.io/v1 nor admission.k8s.io/v1beta1");
  }
  const { request } = review;
  if (!isRecord(request)) throw bad("the AdmissionReview has no request");
  expectRequest(request);
  return { apiVersion, request: request as unknown as AdmissionRequest, source };
}

function parse(body: Buffer, ascii: boolean, habit: ReadingHabit | undefined): ParsedJson {
  try {
    return parseJson(body, ascii, MAX_DEPTH, habit);
  } catch (error) {
    if (error instanceof TooDeep) throw bad(`the body is deeper than ${MAX_DEPTH} levels`);
    // V8's message quotes the body, which may be a Secret.
    if (error instanceof SyntaxError) throw bad("the body is not JSON");
    throw error;
  }
}

// By hand, because there are a dozen fields and an ajv import doubles the time to the first answer.
function expectRequest(request: Record<string, unknown>): void {
  if (typeof request["uid"] !== "string" || request["uid"] === "")
    throw bad("request.uid is missing");
  switch (request["operation"]) {
    case "CREATE":
    case "UPDATE":
    case "DELETE":
    case "CONNECT":
      break;
    default:
      throw bad("request.operation is none of CREATE, UPDATE, DELETE, CONNECT");
  }
  expectNames(request, "resource", "resource");
  expectNames(request, "kind", "kind");
  expectText(request, "subResource");
  expectText(request, "name");
  expectText(request, "namespace");
  const { userInfo, dryRun } = request;
  if (!isRecord(userInfo)) throw bad("request.userInfo is not an object");
  const { username, groups } = userInfo;
  if (username !== undefined && typeof username !== "string") {
    throw bad("request.userInfo.username is not a string");
  }
  if (groups !== undefined && groups !== null && !isTextList(groups)) {
    throw bad("request.userInfo.groups is not a list of strings");
  }
  if (dryRun !== undefined && dryRun !== null && typeof dryRun !== "boolean") {
    throw bad("request.dryRun is not a boolean");
  }
  // Go leaves an empty RawExtension out or writes null: both are null to a plugin.
  for (const field of ["object", "oldObject", "options"]) {
    const value = request[field];
    if (value === undefined) request[field] = null;
    else if (value !== null && !isRecord(value)) throw bad(`request.${field} is not an object`);
  }
}

function expectNames(request: Record<string, unknown>, field: string, last: string): void {
  const value = request[field];
  if (
    !isRecord(value) ||
    typeof value["group"] !== "string" ||
    typeof value["version"] !== "string" ||
    typeof value[last] !== "string"
  ) {
    throw bad(`request.${field} is not { group, version, ${last} }`);
  }
}

function expectText(request: Record<string, unknown>, field: string): void {
  const value = request[field];
  if (value !== undefined && typeof value !== "string")
    throw bad(`request.${field} is not a string`);
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bad(message: string): BadReview {
  return new BadReview(400, message);
}
