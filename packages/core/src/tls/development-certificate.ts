import { type KeyObject, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { GatewrightError } from "../errors.ts";
import {
  parseChain,
  parseSubjectAltNames,
  reason,
  validity,
  verifyCertificate,
} from "./certificate.ts";
import { ensureKey, keepPrivate, makeFolder, publish, readIfThere } from "./development-files.ts";
import { canonicalHost, canonicalHosts } from "./development-hosts.ts";
import { issueCa, issueLeaf, type SigningCa } from "./issue-certificate.ts";

export interface DevelopmentCertificateOptions {
  /** Where the files are kept; if missing, made for its owner alone, with a `.gitignore`. */
  folder: string;
  /**
   * The DNS names and IP addresses that the server is called by.
   * @default ["localhost", "127.0.0.1", "::1"]
   */
  hosts?: readonly string[] | undefined;
  /**
   * How many days a new certificate is good for, 1 to 396: some clients refuse those of more than
   * 397 days. It is renewed when 30 days of them, or a third, are left.
   * @default 365
   */
  validDays?: number | undefined;
}

/** The files of a certificate for a server on a developer's machine. */
export interface DevelopmentCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  /** What a caller must trust: `curl --cacert`, or a webhook's `caBundle`. */
  readonly caFile: string;
  /** Whether this call made the certificate; false where it was there. */
  readonly created: boolean;
  /** Why what was there before was replaced. */
  readonly note?: string;
}

const day = 24 * 60 * 60 * 1000;
/** The clocks of a machine and its virtual machines differ. */
const clockSkew = 60 * 60 * 1000;
const caDays = 10 * 365;
/** A second attempt means that another process changed files between two steps of this one. */
const maxAttempts = 10;

/**
 * Finds a server certificate in `folder`, or makes one there, signed by a CA of the folder's own.
 * What is there is kept while it is whole, good for `hosts` and for some time yet. The CA and its
 * key are kept for longer, so that those who trust it need not do so again.
 *
 * Several processes may call this at once: a key is made once and before its certificate, so that
 * whichever process a certificate comes from, it fits the key beside it.
 *
 * @throws GatewrightError `GW_CERTIFICATE` where the folder cannot be used; `GW_CONFIG_INVALID` for
 * a host or a number of days that cannot be.
 */
export async function developmentCertificate(
  options: DevelopmentCertificateOptions,
): Promise<DevelopmentCertificate> {
  const { folder, validDays = 365 } = options;
  if (!(validDays >= 1 && validDays <= 396)) {
    throw new GatewrightError("GW_CONFIG_INVALID", `validDays is 1 to 396, not ${validDays}`);
  }
  const wanted: Wanted = {
    caFile: join(folder, "ca.crt"),
    caKeyFile: join(folder, "ca.key"),
    certFile: join(folder, "tls.crt"),
    keyFile: join(folder, "tls.key"),
    hosts: canonicalHosts(options.hosts ?? ["localhost", "127.0.0.1", "::1"]),
    validDays,
    renewBefore: Math.min(30, validDays / 3) * day,
  };
  try {
    return await findOrMake(folder, wanted);
  } catch (cause) {
    if (cause instanceof GatewrightError) throw cause;
    const message = `no development certificate can be kept in ${folder}: ${reason(cause)}`;
    throw new GatewrightError("GW_CERTIFICATE", message, { cause });
  }
}

interface Wanted {
  readonly caFile: string;
  readonly caKeyFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly hosts: readonly string[];
  readonly validDays: number;
  /** Milliseconds before its end at which a certificate is renewed. */
  readonly renewBefore: number;
}

async function findOrMake(folder: string, wanted: Wanted): Promise<DevelopmentCertificate> {
  const { certFile, keyFile, caFile } = wanted;
  const notes: string[] = [];
  const made = { ca: false, leaf: false };
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const state = await inspect(wanted);
    if (state === "good") {
      await keepPrivate([keyFile, wanted.caKeyFile]);
      const files = { certFile, keyFile, caFile, created: made.leaf };
      if (notes.length === 0 || !(made.ca || made.leaf)) return files;
      if (made.ca) notes.push(`${caFile} is new: trust it in place of the one before`);
      return { ...files, note: notes.join("; ") };
    }
    if (attempt === 0 && state !== "empty") notes.push(`${state.problem}: made anew`);
    await makeFolder(folder);
    await make(wanted, made);
  }
  throw new GatewrightError("GW_CERTIFICATE", `${folder} is being changed by other processes`);
}

/** Whether what is there will do. */
async function inspect(wanted: Wanted): Promise<"good" | "empty" | { problem: string }> {
  const { caFile, certFile, keyFile, hosts } = wanted;
  const [ca, cert, key] = await Promise.all([
    readIfThere(caFile),
    readIfThere(certFile),
    readIfThere(keyFile),
  ]);
  if (ca === undefined && cert === undefined && key === undefined) return "empty";
  if (ca === undefined) return { problem: `${caFile} is missing` };
  if (cert === undefined) return { problem: `${certFile} is missing` };
  if (key === undefined) return { problem: `${keyFile} is missing` };
  try {
    const found = verifyCertificate({ cert, key }, { cert: certFile, key: keyFile });
    const names = found.subjectAltNames.map(canonicalHost);
    const missing = hosts.find((host) => !names.includes(host));
    if (missing !== undefined) return { problem: `${certFile} is not for ${missing}` };
    const [issuer] = parseChain(ca, caFile);
    if (!isIssuedBy(parseChain(cert, certFile)[0], issuer)) {
      return { problem: `${certFile} was not issued by ${caFile}` };
    }
    if (!lasts(found, wanted)) {
      return { problem: `${certFile} is good until ${found.notAfter.toISOString()} only` };
    }
    if (!lasts(datesOf(issuer), wanted)) return { problem: `${caFile} has expired, or soon will` };
    return "good";
  } catch (error) {
    return { problem: reason(error) };
  }
}

/** Makes what is missing or will not do, and notes in `made` what this process made. */
async function make(wanted: Wanted, made: { ca: boolean; leaf: boolean }): Promise<void> {
  const { certFile, validDays } = wanted;
  const now = Date.now();
  const ca = await ensureCa(now, wanted);
  made.ca ||= ca.made;
  const key = await ensureKey(wanted.keyFile);
  const issuer = new X509Certificate(ca.cert);
  const old = await readIfThere(certFile);
  const leaf = await issueLeaf(key, ca, {
    commonName: "Gatewright development server",
    hosts: [...new Set([...wanted.hosts, ...hostsServed(old, issuer)])],
    usage: "serverAuth",
    notBefore: new Date(now - clockSkew),
    notAfter: new Date(Math.min(now + validDays * day, issuer.validToDate.getTime())),
  });
  // Another process may have been faster; then its certificate is as good.
  if ((await inspect(wanted)) === "good") return;
  const how = old === undefined ? "create" : "replace";
  const published = await publish(certFile, leaf, { mode: 0o644, how });
  made.leaf ||= published;
}

/** The folder's CA, made or renewed if need be. */
async function ensureCa(now: number, wanted: Wanted): Promise<SigningCa & { made: boolean }> {
  const key = await ensureKey(wanted.caKeyFile);
  const found = await readIfThere(wanted.caFile);
  if (found !== undefined && canSign(found, key, wanted)) return { cert: found, key, made: false };
  const cert = await issueCa(key, "Gatewright development CA", {
    notBefore: new Date(now - clockSkew),
    notAfter: new Date(now + caDays * day),
  });
  const how = found === undefined ? "create" : "replace";
  const made = await publish(wanted.caFile, cert, { mode: 0o644, how });
  // Another process's serves as well, unless the key, too, was replaced in between.
  const kept = (await readIfThere(wanted.caFile)) ?? cert;
  return { cert: canSign(kept, key, wanted) ? kept : cert, key, made };
}

function canSign(cert: string, key: KeyObject, wanted: Wanted): boolean {
  try {
    const [ca] = parseChain(cert, wanted.caFile);
    return ca.ca && ca.checkPrivateKey(key) && lasts(datesOf(ca), wanted);
  } catch {
    return false;
  }
}

/** Kept on renewal, so that two servers with one folder do not undo each other's. */
function hostsServed(cert: string | undefined, issuer: X509Certificate): string[] {
  try {
    const leaf = new X509Certificate(cert ?? "");
    const names = isIssuedBy(leaf, issuer) ? parseSubjectAltNames(leaf.subjectAltName) : [];
    return canonicalHosts(names);
  } catch {
    return [];
  }
}

function isIssuedBy(leaf: X509Certificate, ca: X509Certificate): boolean {
  return ca.ca && leaf.checkIssued(ca) && leaf.verify(ca.publicKey);
}

function datesOf(certificate: X509Certificate): { notBefore: Date; notAfter: Date } {
  return { notBefore: certificate.validFromDate, notAfter: certificate.validToDate };
}

/** Whether a certificate is good now, and for long enough not to be renewed. */
function lasts(dates: { notBefore: Date; notAfter: Date }, { renewBefore }: Wanted): boolean {
  const enough = dates.notAfter.getTime() - Date.now() > renewBefore;
  return enough && validity(dates) === "valid";
}
