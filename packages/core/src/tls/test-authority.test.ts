// What the tests of this folder share: certificates of every kind, and places to put them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach } from "mocha";
import type { CertificatePem } from "./certificate.ts";
import { generateKey, issueCa, issueLeaf, type LeafRequest } from "./issue-certificate.ts";

const day = 24 * 60 * 60 * 1000;

export function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * day);
}

export interface Authority {
  readonly cert: string;
  issue(request?: Partial<LeafRequest>): Promise<CertificatePem>;
}

export async function createAuthority(name = "Test CA"): Promise<Authority> {
  const key = await generateKey();
  const dates = { notBefore: daysFromNow(-400), notAfter: daysFromNow(400) };
  const cert = await issueCa(key, name, dates);
  return {
    cert,
    async issue(request = {}) {
      const leafKey = await generateKey();
      const leaf = await issueLeaf(
        leafKey,
        { cert, key },
        {
          commonName: "test",
          hosts: ["localhost", "127.0.0.1"],
          usage: "serverAuth",
          notBefore: daysFromNow(-1),
          notAfter: daysFromNow(90),
          ...request,
        },
      );
      return { cert: leaf, key: leafKey.export({ type: "pkcs8", format: "pem" }) as string };
    },
  };
}

/** A folder for each call; all are removed after the test. Call it in a `describe`. */
export function temporaryFolders(): () => Promise<string> {
  const made: string[] = [];
  afterEach(async () => {
    for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
  });
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), "gatewright-tls-"));
    made.push(folder);
    return folder;
  };
}

export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await delay(5);
  }
}

/** What `call` throws, or rejects with. */
export async function errorOf(call: () => unknown): Promise<Error & { code?: string }> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
