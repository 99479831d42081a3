import { X509Certificate } from "node:crypto";
import {
  generateKey,
  issueCa,
  issueLeaf,
  parseKey,
  verifies,
  verifyCertificate,
} from "@gatewright/core/certificates";
import type { Authority, Ca, Lifetime } from "./authority.ts";
import { KEYS } from "./secret-contents.ts";

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\s*/g;

/** Real certificates: ECDSA P-256, a CA that signs leaves only, leaves for servers. */
export const x509Authority: Authority = {
  readCas(pem) {
    const read = certificatesIn(pem);
    const cas = read.filter(({ ca }) => ca).map(caOf);
    const rest = pem.replaceAll(BLOCK, "").trim();
    const blocks = pem.match(BLOCK)?.length ?? 0;
    return { cas, damaged: cas.length === 0 || cas.length < blocks || rest !== "" };
  },
  readLeaf(cert, key) {
    const names = { cert: KEYS.cert, key: KEYS.key };
    const { fingerprint256, notBefore, notAfter, subjectAltNames } = verifyCertificate(
      { cert, key },
      names,
    );
    return {
      id: fingerprint256,
      cert,
      key,
      notBefore: notBefore.getTime(),
      notAfter: notAfter.getTime(),
      hosts: subjectAltNames,
    };
  },
  readSpent: (pem) =>
    certificatesIn(pem).map((certificate) => ({
      cert: certificate.toString(),
      notAfter: certificate.validToDate.getTime(),
    })),
  fits(ca, key) {
    try {
      return new X509Certificate(ca.pem).checkPrivateKey(parseKey(key, "a CA's key"));
    } catch {
      return false;
    }
  },
  verifies(ca, cert) {
    try {
      return verifies(ca.pem, cert);
    } catch {
      return false;
    }
  },
  async issueCa(lifetime) {
    const key = await generateKey();
    const cert = await issueCa(key, "Gatewright CA", datesOf(lifetime));
    return { cert, key: key.export({ type: "pkcs8", format: "pem" }) as string };
  },
  async issueLeaf({ ca, key: caKey }, { hosts, ...lifetime }) {
    const key = await generateKey();
    const signer = { cert: ca.pem, key: parseKey(caKey, "the CA's key") };
    const cert = await issueLeaf(key, signer, {
      ...datesOf(lifetime),
      // 64 characters at most (RFC 5280, ub-common-name), which names of Services can exceed; nobody goes by it.
      commonName: "gatewright",
      hosts,
      usage: "serverAuth",
    });
    return { cert, key: key.export({ type: "pkcs8", format: "pem" }) as string };
  },
};

function certificatesIn(pem: string): X509Certificate[] {
  return (pem.match(BLOCK) ?? []).flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

function caOf(certificate: X509Certificate): Ca {
  const { fingerprint256, validFromDate, validToDate } = certificate;
  return {
    id: fingerprint256,
    pem: certificate.toString(),
    notBefore: validFromDate.getTime(),
    notAfter: validToDate.getTime(),
  };
}

function datesOf({ notBefore, notAfter }: Lifetime): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(notBefore), notAfter: new Date(notAfter) };
}
