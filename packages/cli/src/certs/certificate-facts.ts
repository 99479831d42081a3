import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/** What people want to know of a certificate. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Whole days until it runs out; negative where it has. */
  readonly daysLeft: number;
  readonly subjectAltNames: readonly string[];
  /** SHA-256. */
  readonly fingerprint256: string;
}

const DAY_MS = 86_400_000;

/** The certificates that can be read in a PEM text, in order. */
export function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

export function factsOf(certificate: X509Certificate, now: number): CertificateFacts {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    notBefore: certificate.validFromDate.toISOString(),
    notAfter: certificate.validToDate.toISOString(),
    daysLeft: Math.floor((certificate.validToDate.getTime() - now) / DAY_MS),
    subjectAltNames: namesOf(certificate.subjectAltName),
    fingerprint256: certificate.fingerprint256,
  };
}

/** Why a caller who trusts `caBundle` and calls `host` cannot verify a chain; undefined where it can. */
export async function whyUnverified(
  caBundle: string,
  chain: string,
  host: string,
  now: number,
): Promise<string | undefined> {
  const [leaf] = certificatesIn(chain);
  if (leaf === undefined) return "no certificate is served";
  if (caBundle.trim() === "") return "it has no caBundle";
  const { x509Authority } = await import("@gatewright/kubernetes/certificates");
  const issuers = x509Authority
    .readCas(caBundle)
    .cas.filter((ca) => x509Authority.verifies(ca, chain));
  if (issuers.length === 0) return "none of its CAs verifies the certificate";
  const isGood = (from: number, to: number): boolean => from <= now && now <= to;
  if (!issuers.some(({ notBefore, notAfter }) => isGood(notBefore, notAfter))) {
    return "the CA is not within its dates";
  }
  if (!isGood(leaf.validFromDate.getTime(), leaf.validToDate.getTime())) {
    return "the certificate is not within its dates";
  }
  const isNamed = isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host);
  return isNamed === undefined ? `the certificate is not for ${host}` : undefined;
}

function oneLine(name: string | undefined): string {
  return (name ?? "").replaceAll("\n", ", ");
}

function namesOf(text: string | undefined): string[] {
  return (text ?? "")
    .split(", ")
    .filter((part) => part !== "")
    .map((part) => part.replace(/^(?:DNS|IP Address):/, ""));
}
