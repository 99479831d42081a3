// What the tests of watched certificate files share: files, and a source that follows them.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { afterEach } from "mocha";
import type { CertificatePem } from "./certificate.ts";
import type { CertificateSource } from "./certificate-source.ts";
import {
  type CertificateFiles,
  type CertificateFilesOptions,
  watchCertificateFiles,
} from "./certificate-files.ts";
import { until } from "./test-authority.test.ts";

const hour = 60 * 60 * 1000;

/** A source under test, and what it told. It polls once an hour unless told otherwise. */
export interface Followed {
  readonly source: CertificateSource;
  readonly errors: string[];
  readonly reloads: string[];
  /** Waits until `pem` is served, and holds that it took so many reloads in all. */
  untilServed(pem: CertificatePem, reloads?: number): Promise<void>;
}

/** Follows files; each source is closed after the test. Call it in a `describe`. */
export function followers(): (
  files: CertificateFiles,
  options?: CertificateFilesOptions,
) => Promise<Followed> {
  const open: CertificateSource[] = [];
  afterEach(async () => {
    for (const source of open.splice(0)) await source.close();
  });
  return async (files, options = {}) => {
    const errors: string[] = [];
    const reloads: string[] = [];
    const source = await watchCertificateFiles(files, {
      pollIntervalMs: hour,
      onError: (error) => errors.push(error.message),
      onReload: (certificate) => reloads.push(certificate.cert),
      ...options,
    });
    open.push(source);
    return {
      source,
      errors,
      reloads,
      async untilServed(pem, count = 1) {
        await until("the new certificate is there", () => source.current().cert === pem.cert);
        expect(source.current().key).to.equal(pem.key);
        expect(reloads).to.have.length(count);
      },
    };
  };
}

/** Writes a pair in place, the certificate first. */
export async function write(files: CertificateFiles, pem: CertificatePem): Promise<void> {
  await writeFile(files.cert, pem.cert);
  await writeFile(files.key, pem.key);
}

/** Writes a pair into a folder, by the names that a Secret has. */
export async function filesIn(folder: string, pem: CertificatePem): Promise<CertificateFiles> {
  const files = { cert: join(folder, "tls.crt"), key: join(folder, "tls.key") };
  await write(files, pem);
  return files;
}

/** Waits for several polls that are 10 ms apart. */
export async function polls(): Promise<void> {
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 10);
  await until("polls have passed", () => ticks >= 6);
  clearInterval(ticking);
}
