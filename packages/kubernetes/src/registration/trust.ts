import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { CertificateSource } from "@gatewright/core";
import { verifies } from "@gatewright/core/certificates";
import type { WebhookClient } from "./webhook-configurations.ts";

/**
 * Why the API server could not trust what the server serves, were it registered now; undefined where it could. With
 * `failurePolicy: Fail` such a registration would refuse every request that it matches.
 *
 * @param injected - somebody else writes the CA
 */
export function whyUntrusted(
  source: Pick<CertificateSource, "current" | "caBundle">,
  clientConfig: WebhookClient,
  injected: boolean,
): string | undefined {
  const { cert } = source.current();
  const host = hostOf(clientConfig);
  const leaf = new X509Certificate(cert);
  const isNamed = isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host);
  if (isNamed === undefined) return `the certificate is not for ${host}`;
  const bundle = source.caBundle?.();
  if (bundle === undefined) {
    return injected ? undefined : "nobody knows the certificate's CA: name it in tls.caFile";
  }
  return verifies(bundle, cert) ? undefined : "the certificate is not of the CA to be registered";
}

/** By which name the API server verifies the certificate. */
function hostOf({ service, url }: WebhookClient): string {
  if (service !== undefined) return `${service.name}.${service.namespace}.svc`;
  // IPv6 is in brackets there.
  return new URL(url).hostname.replace(/^\[|\]$/g, "");
}
