import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { GatewrightError } from "../errors.ts";
import { type CertificatePem, parseSubjectAltNames } from "./certificate.ts";

/** Who may call. kube-apiserver shows a certificate only where its administrator gave it one. */
export interface ClientSettings {
  /**
   * - `"none"`: client certificates are not asked for
   * - `"request"`: a caller may come without one, but not with a bad one
   * - `"require"`: only callers with a good one
   *
   * @default "require" where there is a client CA, else "none"
   */
  clientAuth?: "none" | "request" | "require" | undefined;
  /**
   * Common names or subject alternative names, of which a client's certificate must bear one.
   * @default every certificate of the client CA will do
   */
  allowedClients?: readonly string[] | undefined;
}

/** Settings without gaps, so that a reload can never turn the check off. */
export interface ClientPolicy {
  readonly clientAuth: "none" | "request" | "require";
  readonly allowedClients?: readonly string[] | undefined;
}

/**
 * Fills in and checks the settings, once, at start.
 *
 * @throws GatewrightError `GW_CONFIG_INVALID` where they ask for a check that cannot be made.
 */
export function clientPolicy(
  certificate: Pick<CertificatePem, "clientCa">,
  settings: ClientSettings = {},
): ClientPolicy {
  const hasCa = certificate.clientCa !== undefined;
  const { clientAuth = hasCa ? "require" : "none", allowedClients } = settings;
  if (clientAuth !== "none" && !hasCa) {
    throw invalid(`clientAuth "${clientAuth}" needs a client CA to check the certificates with`);
  }
  if (clientAuth === "none" && allowedClients !== undefined) {
    throw invalid("allowedClients needs a client CA, and a clientAuth other than none");
  }
  return { clientAuth, allowedClients };
}

/**
 * Whether the caller at the other end of `socket` may use the webhooks. Ask it on their routes
 * only: the kubelet's probes come without a certificate.
 */
export function clientIsAuthorized(socket: Socket, policy: ClientPolicy): boolean {
  const { clientAuth, allowedClients } = policy;
  if (clientAuth === "none") return true;
  if (!(socket instanceof TLSSocket)) return false;
  if (clientAuth === "require" && allowedClients === undefined) return socket.authorized;
  const names = namesOf(socket);
  if (names === undefined) return clientAuth === "request";
  if (!socket.authorized) return false;
  return allowedClients === undefined || names.some((name) => allowedClients.includes(name));
}

/** A connection's client does not change, and its certificate is slow to take apart. */
const clientNames = new WeakMap<TLSSocket, readonly string[] | undefined>();

/** The names in the client's certificate; undefined where it came without one. */
function namesOf(socket: TLSSocket): readonly string[] | undefined {
  if (clientNames.has(socket)) return clientNames.get(socket);
  const peer = socket.getPeerCertificate();
  // Without a certificate the peer is an empty object, whatever its type says.
  const names =
    (peer as Partial<typeof peer> | null)?.raw === undefined
      ? undefined
      : [...[peer.subject.CN ?? []].flat(), ...parseSubjectAltNames(peer.subjectaltname)];
  clientNames.set(socket, names);
  return names;
}

function invalid(message: string): GatewrightError {
  return new GatewrightError("GW_CONFIG_INVALID", message);
}
