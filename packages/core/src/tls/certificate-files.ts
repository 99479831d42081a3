import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { GatewrightError } from "../errors.ts";
import {
  type Certificate,
  type CertificatePem,
  reason,
  validity,
  verifyCertificate,
} from "./certificate.ts";
import type { CertificateSource } from "./certificate-source.ts";
import { watchFolders } from "./folder-watch.ts";

/** The paths of PEM files, such as those of a mounted `kubernetes.io/tls` Secret. */
export interface CertificateFiles {
  /** The chain, leaf first: `tls.crt`. */
  cert: string;
  /** The leaf's private key: `tls.key`. */
  key: string;
  /** The CAs that client certificates are checked against. */
  clientCa?: string | undefined;
  /** The CAs that callers verify the chain with: `ca.crt`. */
  ca?: string | undefined;
}

export interface CertificateFilesOptions {
  /**
   * Milliseconds between two looks at the files, for changes that raised no event.
   * @default 10_000
   */
  pollIntervalMs?: number;
  /** Called after a new certificate took the place of the old one. */
  onReload?: (certificate: Certificate) => void;
  /**
   * Called when the files cannot be used and the old certificate goes on serving: once for each
   * state of the files that lasts, however often they are looked at. Also called, at start, for a
   * certificate outside its dates.
   * @default a process warning
   */
  onError?: (error: Error) => void;
}

/** Writers touch several files in a row: their events are answered by one look, this much later. */
const settleMs = 100;

/**
 * Reads a certificate from files and follows them: a Secret's symlink swap, delete then create,
 * replacement by rename, rewriting in place, a folder that is away for a while. Only a verified
 * pair that differs from the current one is emitted, so a half-written pair changes nothing. A pair
 * outside its dates does not replace one within them.
 *
 * @throws GatewrightError `GW_CERTIFICATE` when the files cannot be used at start, naming the file.
 */
export async function watchCertificateFiles(
  files: CertificateFiles,
  options: CertificateFilesOptions = {},
): Promise<CertificateSource> {
  const { pollIntervalMs = 10_000, onReload, onError = process.emitWarning } = options;
  const listeners = new Set<(certificate: Certificate) => void>();
  const paths = Object.values(files).filter((path) => path !== undefined);
  const folders = watchFolders(new Set(paths.map((path) => dirname(resolve(path)))), onEvent);
  let current: Certificate;
  let suspected: string | undefined;
  let reported: string | undefined;
  let settling: NodeJS.Timeout | undefined;
  let checking: Promise<void> | undefined;
  let checkAgain = false;
  let closed = false;

  function onEvent(): void {
    if (closed || settling !== undefined) return;
    settling = setTimeout(() => {
      settling = undefined;
      check();
    }, settleMs).unref();
  }

  /** Starts a look, or lets the one that is under way look once more: never two at a time. */
  function check(): void {
    checkAgain = true;
    checking ??= (async () => {
      while (checkAgain && !closed) {
        checkAgain = false;
        await look();
      }
      checking = undefined;
    })();
  }

  async function look(): Promise<void> {
    // Before the files are read, so that what changes after the reading is seen by the watch.
    await folders.refresh();
    const parts = await readParts(files);
    if (closed) return;
    let next: Certificate;
    try {
      next = certificateFrom(parts, files);
      if (samePem(next, current)) {
        suspected = reported = undefined;
        return;
      }
      refuseDates(next, files.cert, current);
    } catch (error) {
      reportIfItLasts(stateOf(parts, error as Error), error as Error);
      return;
    }
    suspected = reported = undefined;
    current = next;
    for (const listener of [...listeners, onReload]) callOut(() => listener?.(next));
  }

  /** Tells of a state of the files once, when a second look still finds it. */
  function reportIfItLasts(state: string, error: Error): void {
    if (state === reported) return;
    if (state !== suspected) {
      suspected = state;
      onEvent();
      return;
    }
    reported = state;
    report(error);
  }

  function callOut(call: () => void): void {
    try {
      call();
    } catch (error) {
      report(error as Error);
    }
  }

  function report(error: Error): void {
    try {
      onError(error);
    } catch {
      // A reporter that throws must not end the watch over the files.
    }
  }

  try {
    await folders.refresh();
    const parts = await readParts(files);
    current = certificateFrom(parts, files);
    try {
      refuseDates(current, files.cert);
    } catch (error) {
      // Served all the same: whoever renews it then needs no restart of ours.
      reported = stateOf(parts, error as Error);
      report(error as Error);
    }
  } catch (error) {
    folders.close();
    throw error;
  }
  const polling = setInterval(check, pollIntervalMs).unref();

  return {
    current: () => current,
    caBundle: () => current.ca,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      closed = true;
      clearInterval(polling);
      clearTimeout(settling);
      folders.close();
      await checking;
      listeners.clear();
    },
  };
}

type Part = { text: string } | { unreadable: string };
type Parts = { [part in keyof CertificatePem]: Part };

/** Reads until two readings agree: a Secret may be swapped between the reading of two files. */
async function readParts(files: CertificateFiles): Promise<Parts> {
  let parts = await readOnce(files);
  for (let readings = 1; readings < 5; readings++) {
    const again = await readOnce(files);
    if (isDeepStrictEqual(parts, again)) break;
    parts = again;
  }
  return parts;
}

async function readOnce({ cert, key, ...others }: CertificateFiles): Promise<Parts> {
  const pair = { cert: readPart(cert), key: readPart(key) };
  const cas: { clientCa?: Part; ca?: Part } = {};
  for (const part of ["clientCa", "ca"] as const) {
    const path = others[part];
    if (path !== undefined) cas[part] = await readPart(path);
  }
  return { cert: await pair.cert, key: await pair.key, ...cas };
}

async function readPart(path: string): Promise<Part> {
  try {
    return { text: await readFile(path, "utf8") };
  } catch (error) {
    return { unreadable: reason(error) };
  }
}

function certificateFrom(parts: Parts, files: CertificateFiles): Certificate {
  const text = (part: keyof CertificatePem): string => {
    const found = parts[part];
    if (found !== undefined && "text" in found) return found.text;
    throw refusal(`${files[part]} cannot be read: ${found?.unreadable}`);
  };
  const pem = {
    cert: text("cert"),
    key: text("key"),
    ...(parts.clientCa && { clientCa: text("clientCa") }),
    ...(parts.ca && { ca: text("ca") }),
  };
  return verifyCertificate(pem, {
    cert: files.cert,
    key: files.key,
    ...(files.clientCa !== undefined && { clientCa: files.clientCa }),
    ...(files.ca !== undefined && { ca: files.ca }),
  });
}

/** Refuses a certificate outside its dates, unless the one it would replace is so too. */
function refuseDates(next: Certificate, name: string, current?: Certificate): void {
  const state = validity(next);
  if (state === "valid" || (current !== undefined && validity(current) !== "valid")) return;
  throw refusal(
    state === "expired"
      ? `the certificate in ${name} expired on ${next.notAfter.toISOString()}`
      : `the certificate in ${name} is not valid before ${next.notBefore.toISOString()}`,
  );
}

/** Tells apart what the files hold and what is wrong with it, without keeping a key in memory. */
function stateOf(parts: Parts, { message }: Error): string {
  return createHash("sha256")
    .update(JSON.stringify([parts, message]))
    .digest("hex");
}

function samePem(a: CertificatePem, b: CertificatePem): boolean {
  return a.cert === b.cert && a.key === b.key && a.clientCa === b.clientCa && a.ca === b.ca;
}

function refusal(message: string): GatewrightError {
  return new GatewrightError("GW_CERTIFICATE", message);
}
