import "reflect-metadata";
import { webcrypto, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** A CA that signs certificates for loopback and for the Service. */
export interface Authority {
  /** PEM. */
  cert: string;
  issue(): Promise<Leaf>;
}

export interface Leaf {
  /** PEM. */
  cert: string;
  /** PEM. */
  key: string;
  fingerprint256: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const hour = 3_600_000;

/** Makes a CA with a name and a key of its own. */
export async function createAuthority(name: string): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    ...dates(),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    cert: ca.toString("pem"),
    async issue() {
      const own = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const leaf = await x509.X509CertificateGenerator.create({
        subject: "CN=webhook",
        issuer: ca.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        ...dates(),
        signingAlgorithm: algorithm,
        extensions: [
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension([
            { type: "ip", value: "127.0.0.1" },
            { type: "dns", value: "hook.default.svc" },
          ]),
          await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      const cert = leaf.toString("pem");
      const key = await webcrypto.subtle.exportKey("pkcs8", own.privateKey);
      return {
        cert,
        key: x509.PemConverter.encode(key, "PRIVATE KEY"),
        fingerprint256: new X509Certificate(cert).fingerprint256,
      };
    },
  };
}

function dates(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - hour), notAfter: new Date(Date.now() + hour) };
}
