/** Why a call to a member came to nothing. */
export type CallFailureKind =
  /** No answer in time; whether it was carried out is unknown. */
  | "deadline"
  /** Nobody is there: not reached, or the connection ended on the way. */
  | "unreachable"
  /** Ours or theirs is not accepted. */
  | "certificate"
  /** etcd says that we may not. */
  | "denied"
  /** Somebody says no for another reason, such as `no leader`, or is no etcd. */
  | "refused"
  /** The client was closed before. */
  | "closed";

/** What is said of a lease that has ended (`api/v3rpc/rpctypes`, ErrLeaseNotFound). */
export const LEASE_NOT_FOUND = "requested lease not found";

/** Nobody was reached, and gRPC does not say why, as it does once it has tried again. */
export const NO_CAUSE = "no connection";

/** Somebody was reached, and hung up. */
export const LOST = "connection lost";

/** A call to a member that failed; the message is a few plain words for people. */
export class CallFailure extends Error {
  override readonly name = "CallFailure";
  readonly kind: CallFailureKind;

  constructor(kind: CallFailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** What gRPC says of a failed call (`ServiceError` of @grpc/grpc-js). */
export interface GrpcError {
  readonly code?: number;
  readonly details?: string;
  readonly message: string;
}

const deadlineExceeded = 4;
const permissionDenied = 7;
const unavailable = 14;
const unauthenticated = 16;

/**
 * Names what went wrong.
 *
 * @param timeoutMs How long the call was given
 */
export function callFailure(error: GrpcError, timeoutMs: number): CallFailure {
  const said = error.details || error.message;
  const { code } = error;
  if (code === deadlineExceeded) {
    return new CallFailure("deadline", `no answer within ${timeoutMs} ms`);
  }
  const text = said.replace(/^.*?etcdserver: /s, "");
  // Not the status alone tells: etcd answers "user name is empty" as an invalid argument.
  const denied =
    code === permissionDenied || code === unauthenticated || text.startsWith("user name");
  if (denied) {
    const permission = text === "permission denied" ? "" : "permission denied: ";
    return new CallFailure("denied", oneLine(permission + text));
  }
  if (text !== said) return new CallFailure("refused", oneLine(text));
  if (code === unavailable) return unreachable(said);
  return new CallFailure("refused", oneLine(said));
}

function unreachable(said: string): CallFailure {
  const certificate = certificateFault(said);
  if (certificate !== undefined) {
    return new CallFailure("certificate", `certificate: ${certificate}`);
  }
  for (const [kind, pattern, words] of connectionFaults) {
    if (pattern.test(said)) return new CallFailure(kind, words);
  }
  return new CallFailure("refused", oneLine(said.replace(/^.*?Last error: /s, "")));
}

const connectionFaults: readonly (readonly [CallFailureKind, RegExp, string])[] = [
  ["unreachable", /ECONNREFUSED/, "connection refused"],
  ["unreachable", /ENOTFOUND|EAI_AGAIN|[Nn]ame resolution failed/, "its name cannot be resolved"],
  ["unreachable", /EHOSTUNREACH|ENETUNREACH/, "no route to it"],
  [
    "refused",
    /ServerName to an IP address/,
    "its address is an IP, which Node takes for no server's name: configure tls.serverName",
  ],
  ["refused", /wrong version number|Protocol error|Expected HTTP/, "it speaks another protocol"],
  [
    "unreachable",
    // The second is of one that ended before the first frame of HTTP/2.
    /ECONNRESET|EPIPE|Socket closed|onnection (?:dropped|closed)|Channel closed|Failed to connect/,
    LOST,
  ],
  // So says gRPC between two attempts, when nothing but their failing is known.
  ["unreachable", /No connection established\. Last error: null/, NO_CAUSE],
];

const alert = /(?:ssl|tls)[^:]*alert ([a-z ]+)/i;
const verification =
  /(certificate has expired|certificate is not yet valid|self-signed certificate[a-z ]*|unable to [a-z ]+certificate[a-z ]*|Hostname\/IP does not match certificate's altnames|certificate [a-z ]+)/i;

/** What TLS found wrong, told by OpenSSL's own words; undefined where it was something else. */
function certificateFault(said: string): string | undefined {
  const fromThem = alert.exec(said)?.[1];
  if (fromThem !== undefined) return `refused by the member (${fromThem.trim()})`;
  return verification.exec(said)?.[1];
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= 160 ? line : `${line.slice(0, 159)}…`;
}
