import { X509Certificate } from "node:crypto";
import type { Webhook } from "./gate.ts";

/** Annotations by which somebody else fills caBundle in. */
const INJECTORS = [
  "cert-manager.io/inject-ca-from",
  "cert-manager.io/inject-ca-from-secret",
  "cert-manager.io/inject-apiserver-ca",
  "service.beta.openshift.io/inject-cabundle",
  "service.alpha.openshift.io/inject-cabundle",
  // A server that registers itself.
  "gatewright.dev/installation",
];

/** A caBundle, taken apart. */
export interface CaBundle {
  readonly certificates: readonly X509Certificate[];
  /** What is wrong with its text; undefined where it is PEM and nothing but certificates. */
  readonly problem: string | undefined;
}

/** Takes the base64 of a caBundle apart; what it cannot read it says. */
export function caBundleOf(base64: string): CaBundle {
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(base64))
    return { certificates: [], problem: "is not base64" };
  const text = Buffer.from(base64, "base64").toString("utf8");
  if (text.trim() === "") return { certificates: [], problem: "is empty" };
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return {
      certificates: certificatesIn(text),
      problem: "holds a private key, which everybody may read",
    };
  }
  const certificates = certificatesIn(text);
  const blocks = text.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0;
  if (blocks === 0) return { certificates, problem: "holds no PEM certificate" };
  if (certificates.length < blocks) {
    return { certificates, problem: "holds a certificate that cannot be read" };
  }
  return { certificates, problem: undefined };
}

/** All certificates of a PEM text that can be read. */
export function certificatesIn(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

/** Who is to fill a caBundle in; undefined where nobody is. */
export function injectorOf({ annotations }: Webhook): string | undefined {
  return INJECTORS.find((key) => Object.hasOwn(annotations, key));
}
