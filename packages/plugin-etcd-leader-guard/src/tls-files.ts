import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { Credentials } from "./member-client.ts";

/** Where the PEM files of one cluster are. */
export interface TlsPaths {
  /** The authorities that the members' certificates are held to. */
  readonly caFile: string;
  /** The client certificate with its chain, and its key: both or neither. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** The name in the members' certificates, where it is not the endpoint's host. */
  readonly serverName?: string | undefined;
}

/** What looking at the files gave. */
export type TlsLook =
  /** Other content than before, and fit for use. */
  | { readonly credentials: Credentials }
  /** Unfit, in words that name the file: what was read before stays good. */
  | { readonly problem: string }
  | "unchanged";

export interface TlsFiles {
  /** Reads the files; the first look is never `"unchanged"`. Never rejects. */
  look(): Promise<TlsLook>;
}

/**
 * The TLS files of one cluster, read whole at each look: content is compared, since a mounted Secret
 * is swapped by a symbolic link and a file may be written twice within its time stamp's grain. What
 * is half written, or a key that is not its certificate's, is a problem and never credentials.
 */
export function createTlsFiles(paths: TlsPaths): TlsFiles {
  let last: readonly (Buffer | undefined)[] | undefined;

  async function read(): Promise<TlsLook> {
    const [ca, cert, key] = await Promise.all([
      readPem(paths.caFile),
      paths.certFile === undefined ? undefined : readPem(paths.certFile),
      paths.keyFile === undefined ? undefined : readPem(paths.keyFile),
    ]);
    const content = [ca, cert, key];
    if (last !== undefined && content.every((file, index) => same(file, last?.[index]))) {
      return "unchanged";
    }
    const credentials = check(paths, ca, cert, key);
    last = content;
    return { credentials };
  }

  return {
    async look() {
      try {
        return await read();
      } catch (error) {
        return { problem: (error as Error).message };
      }
    },
  };
}

async function readPem(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`${file} cannot be read: ${code ?? message}`, { cause: error });
  }
}

function same(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}

function check(
  { caFile, certFile, keyFile, serverName }: TlsPaths,
  ca: Buffer,
  cert: Buffer | undefined,
  key: Buffer | undefined,
): Credentials {
  certificatesIn(caFile, ca);
  const name = serverName === undefined ? {} : { serverName };
  if (cert === undefined || key === undefined || certFile === undefined || keyFile === undefined) {
    return { rootCertificate: ca, ...name };
  }
  const [leaf] = certificatesIn(certFile, cert);
  const privateKey = attempt(`${keyFile} holds no private key`, () => createPrivateKey(key));
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new Error(`the key in ${keyFile} is not that of the certificate in ${certFile}`);
  }
  const pair = { key, cert, ca };
  attempt(`${certFile} and ${keyFile} cannot be used`, () => createSecureContext(pair));
  return { rootCertificate: ca, privateKey: key, certChain: cert, ...name };
}

const block = /-----BEGIN [A-Z ]*CERTIFICATE-----[\s\S]*?-----END [A-Z ]*CERTIFICATE-----/g;

/** All of them must be readable, and each that begins must end: or the file is still written. */
function certificatesIn(file: string, content: Buffer): [X509Certificate, ...X509Certificate[]] {
  const text = content.toString("latin1");
  const blocks = text.match(block) ?? [];
  const begun = text.split("-----BEGIN ").length - 1;
  const [first, ...others] = blocks.map((pem) =>
    attempt(`${file} holds a certificate that cannot be read`, () => new X509Certificate(pem)),
  );
  if (first === undefined || begun !== blocks.length) {
    throw new Error(`${file} ${first ? "ends within a certificate" : "holds no certificate"}`);
  }
  return [first, ...others];
}

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}
