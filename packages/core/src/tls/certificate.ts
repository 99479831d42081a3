import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { GatewrightError } from "../errors.ts";

/** A server certificate as it is configured: PEM text. */
export interface CertificatePem {
  /** The chain, leaf first. */
  readonly cert: string;
  /** The leaf's private key, PKCS#8, PKCS#1 or SEC1, without a passphrase. */
  readonly key: string;
  /** The CAs that client certificates are checked against; only needed where they are asked for. */
  readonly clientCa?: string | undefined;
  /** The CAs that callers verify the chain with; undefined where nobody said which. */
  readonly ca?: string | undefined;
}

/** A certificate that `verifyCertificate` found fit to serve with. */
export interface Certificate extends CertificatePem {
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the leaf, as `openssl x509 -fingerprint -sha256` prints it. */
  readonly fingerprint256: string;
  /** The values of the leaf's subject alternative names, without their types. */
  readonly subjectAltNames: readonly string[];
}

/** What messages call the parts: the files' paths, where there are files. */
export type PartNames = Partial<Record<keyof CertificatePem, string>>;

/**
 * Checks that a chain, its key and the client CAs can be served with, so that what passes can be
 * handed to a running server. Says nothing of dates: see `validity`.
 *
 * @throws GatewrightError `GW_CERTIFICATE`, naming the part and what is wrong with it.
 */
export function verifyCertificate(pem: CertificatePem, names: PartNames = {}): Certificate {
  const certName = names.cert ?? "the certificate";
  const keyName = names.key ?? "the private key";
  const [leaf, ...rest] = parseChain(pem.cert, certName);
  const key = parseKey(pem.key, keyName);
  if (!leaf.checkPrivateKey(key)) {
    const hint = rest.some((other) => other.checkPrivateKey(key))
      ? `${certName} must hold the certificate of ${keyName} first, then its issuers`
      : `${keyName} is not the key of the certificate in ${certName}`;
    throw failure(hint);
  }
  if (pem.clientCa !== undefined) {
    parseChain(pem.clientCa, names.clientCa ?? "the client CA");
  }
  if (pem.ca !== undefined) parseChain(pem.ca, names.ca ?? "the CA");
  try {
    // The TLS library has rules of its own, such as the least size of a key. An empty `ca` spares
    // the loading of the public roots.
    createSecureContext({ cert: pem.cert, key: pem.key, ca: pem.clientCa ?? [] });
  } catch (cause) {
    throw failure(`${certName} cannot be served with: ${reason(cause)}`, cause);
  }
  return {
    ...pem,
    notBefore: leaf.validFromDate,
    notAfter: leaf.validToDate,
    fingerprint256: leaf.fingerprint256,
    subjectAltNames: parseSubjectAltNames(leaf.subjectAltName),
  };
}

/** Where `at` lies in a certificate's life. */
export function validity(
  { notBefore, notAfter }: Pick<Certificate, "notBefore" | "notAfter">,
  at = new Date(),
): "valid" | "expired" | "not yet valid" {
  if (at > notAfter) return "expired";
  return at < notBefore ? "not yet valid" : "valid";
}

/**
 * Parses every certificate of a PEM text, in order. A block without its end is an error, because a
 * file that is being written ends so.
 *
 * @throws GatewrightError `GW_CERTIFICATE`
 */
export function parseChain(pem: string, name: string): [X509Certificate, ...X509Certificate[]] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const begun = pem.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0;
  if (begun === 0) throw failure(`${name} holds no PEM certificate`);
  if (begun > blocks.length) throw failure(`${name} ends in the middle of a certificate`);
  const [first, ...rest] = blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      const which = begun === 1 ? "" : ` ${index + 1} of ${begun}`;
      throw failure(`${name} holds a damaged certificate${which}: ${reason(cause)}`, cause);
    }
  });
  return [first as X509Certificate, ...rest];
}

/**
 * Parses a PEM private key of any form that Node.js reads.
 *
 * @throws GatewrightError `GW_CERTIFICATE`
 */
export function parseKey(pem: string, name: string): KeyObject {
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    throw failure(`${name} holds no PEM private key`);
  }
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem)) {
    throw failure(`${name} is encrypted: give a private key without a passphrase`);
  }
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw failure(`${name} holds a damaged private key: ${reason(cause)}`, cause);
  }
}

/**
 * The values in Node.js' text form of the subject alternative names, `DNS:a, IP Address:10.0.0.1`.
 * Values that could be taken for two are quoted there as JSON (CVE-2021-44532).
 */
export function parseSubjectAltNames(text: string | undefined): string[] {
  const names: string[] = [];
  for (const [, quoted, plain] of (text ?? "").matchAll(
    /(?:^|, )[^:,"]+:(?:("(?:[^"\\]|\\.)*")|([^,]*))/g,
  )) {
    names.push(quoted === undefined ? (plain ?? "") : (JSON.parse(quoted) as string));
  }
  return names;
}

/** What a thrown value says, on one line. */
export function reason(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, " ");
}

function failure(message: string, cause?: unknown): GatewrightError {
  return new GatewrightError("GW_CERTIFICATE", message, cause === undefined ? {} : { cause });
}
