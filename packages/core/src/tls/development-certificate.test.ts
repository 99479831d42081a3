import { spawnSync } from "node:child_process";
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { describe, it } from "mocha";
import { developmentCertificate } from "./development-certificate.ts";
import { issueCa } from "./issue-certificate.ts";
import { createAuthority, daysFromNow, errorOf, temporaryFolders } from "./test-authority.test.ts";
import { expectServed, keptFiles } from "./test-server.test.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const ofWindows = process.platform === "win32";

describe("developmentCertificate(options)", () => {
  const temporaryFolder = temporaryFolders();
  const freshFolder = async () => join(await temporaryFolder(), ".gatewright", "tls");
  const text = (file: string) => readFile(file, "utf8");

  describe("a new one", () => {
    it("serves each of its hosts", async () => {
      const made = await developmentCertificate({ folder: await freshFolder() });
      expect(made.created).to.equal(true);
      expect(made).not.to.have.property("note");
      await expectServed(made);
      const leaf = new X509Certificate(await text(made.certFile));
      expect(leaf.checkHost("localhost", { subject: "never" })).to.equal("localhost");
      expect(leaf.checkIP("127.0.0.1")).to.equal("127.0.0.1");
      expect(leaf.checkIP("::1")).to.equal("::1");
      expect(leaf.checkIP("127.0.0.2")).to.equal(undefined);
    });

    it("satisfies openssl verify -x509_strict, as a server and nothing else", async function () {
      if (!hasOpenssl) this.skip();
      const folder = await freshFolder();
      const hosts = ["localhost", "::1", "10.1.2.3", "*.webhooks.svc"];
      const { caFile, certFile } = await developmentCertificate({ folder, hosts });
      const verify = (...args: string[]) =>
        spawnSync("openssl", ["verify", "-x509_strict", "-check_ss_sig", ...args], {
          encoding: "utf8",
        });
      const trusted = ["-CAfile", caFile, "-no-CApath"];
      const asServer = verify(
        ...trusted,
        "-purpose",
        "sslserver",
        "-verify_ip",
        "10.1.2.3",
        certFile,
      );
      expect(asServer.stdout + asServer.stderr).to.equal(`${certFile}: OK\n`);
      expect(verify(...trusted, "-purpose", "sslclient", certFile).status).not.to.equal(0);
      expect(verify(...trusted, "-verify_hostname", "a.webhooks.svc", certFile).status).to.equal(0);
      expect(verify(...trusted, "-verify_hostname", "other", certFile).status).not.to.equal(0);
      expect(verify(...trusted, "-purpose", "sslserver", caFile).status).not.to.equal(0);
    });

    it("is an ECDSA P-256 leaf of at most 397 days, from an hour ago", async () => {
      const folder = await freshFolder();
      const made = await developmentCertificate({ folder, validDays: 396 });
      const leaf = new X509Certificate(await text(made.certFile));
      expect(leaf.publicKey.asymmetricKeyDetails).to.deep.equal({ namedCurve: "prime256v1" });
      const days = (leaf.validToDate.getTime() - leaf.validFromDate.getTime()) / 86_400_000;
      expect(days).to.be.within(396, 397);
      expect(leaf.validFromDate.getTime()).to.be.closeTo(Date.now() - 3_600_000, 60_000);
      const ca = new X509Certificate(await text(made.caFile));
      expect(leaf.validToDate < ca.validToDate).to.equal(true);
      expect(leaf.ca).to.equal(false);
      expect(ca.ca).to.equal(true);
    });

    it("is kept from other users and from git", async function () {
      if (ofWindows) this.skip();
      const folder = await freshFolder();
      await developmentCertificate({ folder });
      const mode = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);
      expect(await mode(folder)).to.equal("700");
      for (const key of ["ca.key", "tls.key"])
        expect(await mode(join(folder, key))).to.equal("600");
      expect((await readdir(folder)).sort()).to.deep.equal([
        ".gitignore",
        "ca.crt",
        "ca.key",
        "tls.crt",
        "tls.key",
      ]);
      expect(await text(join(folder, ".gitignore"))).to.equal("*\n");
    });

    it("hides nothing in a folder that was there before", async () => {
      const folder = await temporaryFolder();
      await developmentCertificate({ folder });
      expect(await readdir(folder)).not.to.include(".gitignore");
    });
  });

  describe("one that is there", () => {
    it("is kept while it will do", async () => {
      const folder = await freshFolder();
      const first = await developmentCertificate({ folder });
      const before = await keptFiles(folder);
      const { created, note, ...files } = await developmentCertificate({
        folder,
        hosts: ["LOCALHOST", "0:0:0:0:0:0:0:1"],
      });
      expect({ created, note }).to.deep.equal({ created: false, note: undefined });
      expect(first).to.include(files);
      expect(await keptFiles(folder)).to.deep.equal(before);
    });

    it("gets back the rights that a copy has lost", async function () {
      if (ofWindows) this.skip();
      const folder = await freshFolder();
      const { keyFile } = await developmentCertificate({ folder });
      await chmod(keyFile, 0o644);
      await developmentCertificate({ folder });
      expect((await stat(keyFile)).mode & 0o777).to.equal(0o600);
    });

    it("may be any other that fits, without the CA's key", async () => {
      const authority = await createAuthority();
      const folder = await temporaryFolder();
      const { cert, key } = await authority.issue();
      await writeFile(join(folder, "ca.crt"), authority.cert);
      await writeFile(join(folder, "tls.crt"), cert);
      await writeFile(join(folder, "tls.key"), key);
      const { created } = await developmentCertificate({ folder, hosts: ["localhost"] });
      expect(created).to.equal(false);
    });

    it("is renewed near its end, by the same CA", async () => {
      const folder = await freshFolder();
      await developmentCertificate({ folder, validDays: 29 });
      const before = await keptFiles(folder);
      expect((await developmentCertificate({ folder, validDays: 29 })).created).to.equal(false);
      const renewed = await developmentCertificate({ folder });
      expect(renewed.created).to.equal(true);
      expect(renewed.note).to.match(/tls\.crt is good until 20\S+ only: made anew$/);
      const now = await keptFiles(folder);
      expect(now["tls.crt"]).not.to.equal(before["tls.crt"]);
      expect({ ...now, "tls.crt": "" }).to.deep.equal({ ...before, "tls.crt": "" });
      await expectServed(renewed);
    });

    it("is renewed for another host, and keeps those it had", async () => {
      const folder = await freshFolder();
      await developmentCertificate({ folder, hosts: ["a.test", "127.0.0.1"] });
      const ca = await text(join(folder, "ca.crt"));
      const second = await developmentCertificate({ folder, hosts: ["b.test", "localhost"] });
      expect(second.note).to.match(/tls\.crt is not for b\.test: made anew$/);
      expect(await text(second.caFile)).to.equal(ca);
      expect((await developmentCertificate({ folder, hosts: ["a.test"] })).created).to.equal(false);
      await expectServed(second);
    });

    it("outlives its CA's end, and asks for trust in the new one", async () => {
      const folder = await freshFolder();
      const made = await developmentCertificate({ folder });
      const key = createPrivateKey(await text(join(folder, "ca.key")));
      const dates = { notBefore: daysFromNow(-2), notAfter: daysFromNow(-1) };
      await writeFile(made.caFile, await issueCa(key, "Gatewright development CA", dates));
      const renewed = await developmentCertificate({ folder });
      expect(renewed.note).to.match(/ca\.crt has expired.*; .*ca\.crt is new: trust it/);
      await expectServed(renewed);
    });

    it("never lasts longer than its CA", async () => {
      const folder = await freshFolder();
      const made = await developmentCertificate({ folder });
      const key = createPrivateKey(await text(join(folder, "ca.key")));
      const dates = { notBefore: daysFromNow(-2), notAfter: daysFromNow(60) };
      const ca = await issueCa(key, "Gatewright development CA", dates);
      await writeFile(made.caFile, ca);
      await rm(made.certFile);
      await expectServed(await developmentCertificate({ folder }));
      expect(await text(made.caFile)).to.equal(ca);
      const leaf = new X509Certificate(await text(made.certFile));
      expect(leaf.validTo).to.equal(new X509Certificate(ca).validTo);
    });

    it("is refused where a key is not Gatewright's", async () => {
      const folder = await temporaryFolder();
      const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const theirs = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
      for (const name of ["ca.key", "tls.key"]) {
        await writeFile(join(folder, name), theirs);
        const error = await errorOf(() => developmentCertificate({ folder }));
        expect(error).to.include({ code: "GW_CERTIFICATE" });
        expect(error.message).to.include(`${join(folder, name)} is not a key that Gatewright made`);
        expect(await text(join(folder, name))).to.equal(theirs);
        await rm(join(folder, name));
      }
    });
  });

  it("names the folder that cannot be used", async () => {
    const file = join(await temporaryFolder(), "file");
    await writeFile(file, "");
    const error = await errorOf(() => developmentCertificate({ folder: join(file, "tls") }));
    expect(error).to.include({ code: "GW_CERTIFICATE" });
    expect(error.message).to.include(
      `no development certificate can be kept in ${join(file, "tls")}`,
    );
  });

  it("refuses days beyond what clients take", async () => {
    for (const validDays of [0, -1, 397, Number.NaN]) {
      const folder = await freshFolder();
      const error = await errorOf(() => developmentCertificate({ folder, validDays }));
      expect(error).to.include({ code: "GW_CONFIG_INVALID" });
      expect(await errorOf(() => stat(folder))).to.include({ code: "ENOENT" });
    }
  });
});
