import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import * as x509 from "@peculiar/x509";

/** A certificate and its key, as files in PEM. */
export interface CertificateFiles {
  certFile: string;
  keyFile: string;
}

export interface LeafOptions {
  /** @default none: etcd's gateway refuses clients that have one, as soon as there is auth */
  commonName?: string;
  /** DNS names and IP addresses of a server; none for a client. */
  hosts?: { type: "dns" | "ip"; value: string }[];
  /** Whether its time was over an hour ago. @default false */
  expired?: boolean;
}

/** A CA that lives no longer than the process. */
export interface CertificateAuthority {
  /** PEM. */
  cert: string;
  /** Writes a certificate of this CA, each of the two files whole or not at all. */
  issue(files: CertificateFiles, options: LeafOptions): Promise<void>;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const hour = 3_600_000;

/** Makes a CA with a name and a key of its own. */
export async function createCertificateAuthority(name: string): Promise<CertificateAuthority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    keys,
    notBefore: hoursFromNow(-48),
    notAfter: hoursFromNow(48),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });

  return {
    cert: ca.toString("pem"),
    async issue(files, { commonName, hosts = [], expired = false }) {
      const own = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const leaf = await x509.X509CertificateGenerator.create({
        subject: [commonName === undefined ? { O: ["a test"] } : { CN: [commonName] }],
        issuer: ca.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        notBefore: hoursFromNow(-24),
        notAfter: hoursFromNow(expired ? -1 : 24),
        signingAlgorithm: algorithm,
        extensions: [
          new x509.ExtendedKeyUsageExtension([
            hosts.length > 0 ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
          ]),
          ...(hosts.length > 0 ? [new x509.SubjectAlternativeNameExtension(hosts)] : []),
          await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      const key = await webcrypto.subtle.exportKey("pkcs8", own.privateKey);
      await writeWhole(files.keyFile, x509.PemConverter.encode(key, "PRIVATE KEY"));
      await writeWhole(files.certFile, leaf.toString("pem"));
    },
  };
}

async function writeWhole(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

function hoursFromNow(hours: number): Date {
  return new Date(Date.now() + hours * hour);
}
