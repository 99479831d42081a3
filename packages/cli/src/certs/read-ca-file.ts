import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { readInputFile } from "../frame/input-file.ts";

/** What a PEM file has of CAs. */
export interface CaFile {
  /** All of its text, without a private key. */
  readonly pem: string;
  /** Its CAs, and nothing else of it. */
  readonly cas: string;
  /** How many more certificates there are: damaged ones, and those of servers. */
  readonly others: number;
}

/**
 * Reads a file that becomes a `caBundle`: whoever may see webhook configurations reads it there.
 *
 * @param shown - what the user calls the file, such as `--ca-file ca.crt`
 * @throws CommandError where it cannot be read, holds a private key, or no CA.
 */
export async function readCaFile(path: string, shown: string): Promise<CaFile> {
  const refuse = (why: string) => new CommandError(`${shown} ${why}`, exitCodes.wrongUsage);
  const pem = await readInputFile(path, shown);
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    throw refuse("holds a private key: give the CA's certificate alone");
  }
  const { x509Authority } = await import("@gatewright/kubernetes/certificates");
  const { cas } = x509Authority.readCas(pem);
  if (cas.length === 0) throw refuse("holds no certificate of a CA");
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0;
  return { pem, cas: cas.map((ca) => ca.pem).join(""), others: blocks - cas.length };
}
