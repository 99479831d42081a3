import { X509Certificate } from "node:crypto";
import { parseChain } from "./certificate.ts";

/**
 * Whether whoever trusts `caBundle` alone can verify the chain `cert`: a CA of the bundle issued it, or issued what
 * stands in the chain above it. Says nothing of names and dates.
 *
 * @throws GatewrightError `GW_CERTIFICATE` where either is no PEM certificate.
 */
export function verifies(caBundle: string, cert: string): boolean {
  const trusted = parseChain(caBundle, "the CA bundle");
  const chain = parseChain(cert, "the certificate");
  return chain.some((one, index) => {
    const above = chain.slice(0, index + 1);
    const isLinked = above.every((lower, at) => at === index || isIssuedBy(lower, chain[at + 1]));
    return isLinked && trusted.some((ca) => isIssuedBy(one, ca) || one.raw.equals(ca.raw));
  });
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate | undefined): boolean {
  if (issuer === undefined || !issuer.ca) return false;
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
