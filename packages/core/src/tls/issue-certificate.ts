import {
  createHash,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { isIP } from "node:net";
import { promisify } from "node:util";

/** The dates of a certificate, both included; fractions of a second are cut off. */
export interface Dates {
  notBefore: Date;
  notAfter: Date;
}

/** A CA that can sign: its certificate in PEM, and the private key. */
export interface SigningCa {
  cert: string;
  key: KeyObject;
}

/** Makes an ECDSA P-256 private key: its handshakes cost far less than RSA's. */
export async function generateKey(): Promise<KeyObject> {
  return (await promisify(generateKeyPair)("ec", { namedCurve: "P-256" })).privateKey;
}

/**
 * Makes the certificate of a CA that signs leaves only (RFC 5280, section 4.2). Two of the same key
 * and dates bear the same name and key identifier: a leaf of one verifies with the other.
 */
export async function issueCa(key: KeyObject, name: string, dates: Dates): Promise<string> {
  const { x509, privateKey, publicKey } = await signer(key);
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
  // The key's digest tells apart, in a trust store, the CAs of several folders.
  const subject = [{ CN: [`${name} ${keyDigest(key).slice(0, 8)}`] }];
  const certificate = await x509.X509CertificateGenerator.create({
    ...dates,
    serialNumber: serialNumber(),
    subject,
    issuer: subject,
    publicKey,
    signingKey: privateKey,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  return `${certificate.toString("pem")}\n`;
}

/** What a leaf is for: a server, with the DNS names and IP addresses it is called by, or a client. */
export interface LeafRequest extends Dates {
  commonName: string;
  /** DNS names and IP addresses. */
  hosts: readonly string[];
  usage: "serverAuth" | "clientAuth";
}

/** Makes a leaf for the owner of `key`, signed by `ca`. */
export async function issueLeaf(
  key: KeyObject,
  ca: SigningCa,
  { commonName, hosts, usage, notBefore, notAfter }: LeafRequest,
): Promise<string> {
  const { x509, publicKey } = await signer(key);
  const { privateKey: signingKey, publicKey: caPublicKey } = await signer(ca.key);
  const names = hosts.map((value) => ({ type: isIP(value) ? "ip" : "dns", value }) as const);
  const certificate = await x509.X509CertificateGenerator.create({
    notBefore,
    notAfter,
    serialNumber: serialNumber(),
    subject: [{ CN: [commonName] }],
    issuer: new x509.X509Certificate(ca.cert).subjectName,
    publicKey,
    signingKey,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[usage]]),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(caPublicKey),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  });
  return `${certificate.toString("pem")}\n`;
}

/** Imported late: the library costs more than the rest of the server's start. */
async function signer(key: KeyObject) {
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    x509,
    privateKey: await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]),
    publicKey: await crypto.subtle.importKey("spki", spki, algorithm, true, ["verify"]),
  };
}

function keyDigest(key: KeyObject): string {
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("hex");
}

/** 16 random bytes in hexadecimal; positive, and without a leading zero that DER would cut. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString("hex");
}
