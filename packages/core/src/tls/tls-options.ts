import type { SecureContextOptions, TlsOptions } from "node:tls";
import { GatewrightError } from "../errors.ts";
import type { CertificatePem } from "./certificate.ts";
import type { ClientPolicy } from "./client-policy.ts";

/**
 * The options of a `node:https` server that serves with `certificate`.
 *
 * A missing or bad client certificate does not end the handshake, because the kubelet's probes come
 * without one: the webhooks' routes decide, by `clientIsAuthorized`.
 */
export function tlsOptions(certificate: CertificatePem, policy: ClientPolicy): TlsOptions {
  return {
    ...contextOptions(certificate, policy),
    // A Service is only ever called by HTTP/1.1, and HTTP/2 would complicate shutdown.
    ALPNProtocols: ["http/1.1"],
    // As long as a review may take (30 s): no honest caller needs Node's two minutes.
    handshakeTimeout: 30_000,
    requestCert: policy.clientAuth !== "none",
    rejectUnauthorized: false,
  };
}

/**
 * Lets a running server use `certificate` for connections to come; those it has go on as they are.
 * Sessions from before cannot be resumed, so a client of a CA that was taken away stays outside.
 *
 * @throws where the certificate cannot be used; the server then goes on with the one it has.
 */
export function applyCertificate(
  server: { setSecureContext(options: SecureContextOptions): void },
  certificate: CertificatePem,
  policy: ClientPolicy,
): void {
  // All options each time: what is left out goes back to Node's default, `ca` included.
  server.setSecureContext(contextOptions(certificate, policy));
}

function contextOptions(
  { cert, key, clientCa }: CertificatePem,
  { clientAuth }: ClientPolicy,
): SecureContextOptions {
  if (clientAuth !== "none" && clientCa === undefined) {
    throw new GatewrightError("GW_CERTIFICATE", "the client CA is missing from the certificate");
  }
  return {
    cert,
    key,
    // Without a `ca`, all public CAs would be loaded, and their customers pass for clients.
    ca: clientAuth === "none" ? [] : clientCa,
    minVersion: "TLSv1.2",
    honorCipherOrder: true,
  };
}
