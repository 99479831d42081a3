import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { describe, it } from "mocha";
import { temporaryFolders } from "./test-authority.test.ts";

const modules = [
  "certificate.ts",
  "certificate-files.ts",
  "client-policy.ts",
  "development-certificate.ts",
  "tls-options.ts",
];

describe("a cold start", () => {
  const temporaryFolder = temporaryFolders();

  it("loads the library that makes certificates only where one is made", async () => {
    const folder = join(await temporaryFolder(), "tls");
    expect(await packagesLoaded(folder)).to.include.members(["@peculiar/x509", "reflect-metadata"]);
    expect(await packagesLoaded(folder)).to.deep.equal([]);
  });
});

/** What a new process imports, besides files and Node's own, to serve from `folder`. */
async function packagesLoaded(folder: string): Promise<string[]> {
  const urls = modules.map((name) => new URL(name, import.meta.url).href);
  const script = `
    const loaded = new Set();
    (await import("node:module")).registerHooks({
      resolve(specifier, context, next) {
        if (!/^(node:|file:|[.])/.test(specifier)) loaded.add(specifier);
        return next(specifier, context);
      },
    });
    const all = await Promise.all(${JSON.stringify(urls)}.map((url) => import(url)));
    const { developmentCertificate, watchCertificateFiles } = Object.assign({}, ...all);
    const made = await developmentCertificate({ folder: ${JSON.stringify(folder)} });
    const source = await watchCertificateFiles({ cert: made.certFile, key: made.keyFile });
    await source.close();
    console.log(JSON.stringify([...loaded]));`;
  const flags = ["--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  return JSON.parse(stdout) as string[];
}
