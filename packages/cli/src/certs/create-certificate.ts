import { resolve } from "node:path";
import {
  CLOCK_SKEW_MS,
  type KeyedCa,
  KEYS,
  serviceHosts,
  x509Authority,
} from "@gatewright/kubernetes/certificates";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { readInputFile } from "../frame/input-file.ts";

const DAY_MS = 86_400_000;

/** What is to be made. */
export interface CertificateRequest {
  readonly service: string;
  readonly namespace: string;
  readonly host: readonly string[];
  readonly days: number;
  readonly caDays: number;
}

/** PEM texts, by the names of their files. */
export type MadeCertificate = Readonly<Record<string, string>>;

/** A certificate, and a CA where none is given. Keys are nowhere but in what is returned. */
export async function createCertificate(
  { service, namespace, host, days, caDays }: CertificateRequest,
  issuer: KeyedCa | undefined,
  now = Date.now(),
): Promise<MadeCertificate> {
  const notBefore = now - CLOCK_SKEW_MS;
  const ca = issuer ?? (await newCa({ notBefore, notAfter: now + caDays * DAY_MS }));
  const { cert, key } = await x509Authority.issueLeaf(ca, {
    notBefore,
    notAfter: Math.min(now + days * DAY_MS, ca.ca.notAfter),
    hosts: [...new Set([...serviceHosts(service, namespace), ...host])],
  });
  return { [KEYS.cert]: cert, [KEYS.key]: key, [KEYS.bundle]: ca.ca.pem, [KEYS.caKey]: ca.key };
}

/**
 * A CA to sign with, of two files.
 *
 * @throws CommandError where they cannot be read, or are no CA and its key.
 */
export async function readIssuer(cwd: string, certFile: string, keyFile: string): Promise<KeyedCa> {
  const refuse = (message: string) => new CommandError(message, exitCodes.wrongUsage);
  const read = (file: string): Promise<string> => readInputFile(resolve(cwd, file), file);
  const key = await read(keyFile);
  const { cas } = x509Authority.readCas(await read(certFile));
  if (cas.length === 0) throw refuse(`${certFile} holds no certificate of a CA`);
  const ca = cas.find((one) => x509Authority.fits(one, key));
  if (ca === undefined) throw refuse(`${keyFile} is not the key of the CA in ${certFile}`);
  if (ca.notAfter < Date.now()) throw refuse(`the CA in ${certFile} has run out`);
  return { ca, key };
}

async function newCa(lifetime: { notBefore: number; notAfter: number }): Promise<KeyedCa> {
  const { cert, key } = await x509Authority.issueCa(lifetime);
  const [ca] = x509Authority.readCas(cert).cas;
  if (ca === undefined) throw new Error("the CA that was made cannot be read");
  return { ca, key };
}
