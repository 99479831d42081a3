import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { X509Certificate } from "node:crypto";
import { expect } from "chai";
import { describe, it } from "mocha";
import { verifyCertificate } from "./certificate.ts";
import { type DevelopmentCertificate, developmentCertificate } from "./development-certificate.ts";
import { temporaryFolders } from "./test-authority.test.ts";
import { expectServed } from "./test-server.test.ts";

describe("developmentCertificate(options), called five times at once", () => {
  const temporaryFolder = temporaryFolders();
  const freshFolder = async () => join(await temporaryFolder(), ".gatewright");

  async function expectNothingLeft(folder: string): Promise<void> {
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).to.deep.equal([]);
  }

  it("makes one certificate for five processes", async () => {
    const folder = await freshFolder();
    const script = `
      await import("reflect-metadata");
      await import("@peculiar/x509");
      const { developmentCertificate } = await import(process.argv[1]);
      console.error("ready");
      await new Promise((resolve) => process.stdin.once("end", resolve).resume());
      console.log(JSON.stringify(await developmentCertificate({ folder: process.argv[2] })));`;
    const module = new URL("./development-certificate.ts", import.meta.url).href;
    const flags = ["--input-type=module", "--eval", script, module, folder];
    // The script stands in this folder, so that it finds the packages that this file finds.
    const options = { cwd: import.meta.dirname, stdio: "pipe" } as const;
    const racers = Array.from({ length: 5 }, () => spawn(process.execPath, flags, options));
    await Promise.all(racers.map(({ stderr }) => once(stderr, "data")));
    for (const { stdin } of racers) stdin.end();
    const answers = await Promise.all(racers.map(answerOf));
    expect(answers.filter(({ created }) => created)).to.have.length(1);
    await expectServed(answers[0] as DevelopmentCertificate);
    await expectNothingLeft(folder);
  });

  it("gives each caller files that fit, at any moment", async () => {
    const damages = [[], ["tls.crt"], ["tls.key"], ["ca.crt"], ["ca.key", "tls.crt", "tls.key"]];
    for (const damaged of [...damages, ...damages]) {
      const folder = await freshFolder();
      if (damaged.length > 0) await developmentCertificate({ folder });
      for (const name of damaged) await writeFile(join(folder, name), "damaged");
      const callers = Array.from({ length: 5 }, async () => {
        const made = await developmentCertificate({ folder });
        expectFit(made);
        return made.created;
      });
      const created = (await Promise.all(callers)).filter(Boolean).length;
      if (damaged.length === 0) expect(created).to.equal(1);
      await expectNothingLeft(folder);
    }
  });
});

/** Reads at once, before the other callers can go on. */
function expectFit({ certFile, keyFile, caFile }: DevelopmentCertificate): void {
  const [cert, key, ca] = [certFile, keyFile, caFile].map((file) => readFileSync(file, "utf8")) as [
    string,
    string,
    string,
  ];
  verifyCertificate({ cert, key });
  expect(new X509Certificate(cert).verify(new X509Certificate(ca).publicKey)).to.equal(true);
}

async function answerOf({ stdout }: ChildProcess): Promise<DevelopmentCertificate> {
  return JSON.parse(await text(stdout as NodeJS.ReadableStream)) as DevelopmentCertificate;
}
