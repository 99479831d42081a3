import { execFile } from "node:child_process";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import type { CertificatePem } from "./certificate.ts";
import { watchCertificateFiles } from "./certificate-files.ts";
import {
  type Authority,
  createAuthority,
  daysFromNow,
  errorOf,
  temporaryFolders,
  until,
} from "./test-authority.test.ts";
import { filesIn, followers, polls, write } from "./test-followers.test.ts";

describe("watchCertificateFiles(files, options)", () => {
  const folder = temporaryFolders();
  const follow = followers();
  let authority: Authority;
  let a: CertificatePem;
  let b: CertificatePem;

  before(async () => {
    authority = await createAuthority();
    [a, b] = await Promise.all([authority.issue(), authority.issue()]);
  });

  describe("at start", () => {
    it("names the file that is missing, damaged or does not fit", async () => {
      const files = await filesIn(await folder(), { cert: a.cert, key: b.key });
      const missing = { ...files, key: `${files.key}.none` };
      const missingCa = { ...files, key: files.key, clientCa: `${files.cert}.ca` };
      for (const [bad, message] of [
        [missing, `${missing.key} cannot be read: ENOENT`],
        [missingCa, `${missingCa.clientCa} cannot be read: ENOENT`],
        [files, `${files.key} is not the key of the certificate in ${files.cert}`],
        [{ ...files, cert: files.key }, `${files.key} holds no PEM certificate`],
      ] as const) {
        const error = await errorOf(() => watchCertificateFiles(bad));
        expect(error).to.include({ code: "GW_CERTIFICATE" });
        expect(error.message).to.include(message);
      }
    });

    it("serves with an expired certificate, and says so once", async () => {
      const expired = await authority.issue({ notAfter: daysFromNow(-0.5) });
      const files = await filesIn(await folder(), expired);
      const { source, errors } = await follow(files, { pollIntervalMs: 10 });
      expect(source.current().cert).to.equal(expired.cert);
      await polls();
      expect(errors).to.have.length(1);
      expect(errors[0]).to.include(`the certificate in ${files.cert} expired on 20`);
      await write(files, b);
      await until("the new one is there", () => source.current().cert === b.cert);
    });
  });

  describe("by events", () => {
    it("takes what is rewritten in place", async () => {
      const files = await filesIn(await folder(), a);
      const { untilServed } = await follow(files);
      await write(files, b);
      await untilServed(b);
    });

    it("takes what is renamed into place", async () => {
      const files = await filesIn(await folder(), a);
      const { untilServed } = await follow(files);
      await replace(files.cert, b.cert);
      await replace(files.key, b.key);
      await untilServed(b);
    });

    it("takes what is deleted, then created", async () => {
      const files = await filesIn(await folder(), a);
      const { source, errors, untilServed } = await follow(files);
      await rm(files.cert);
      await rm(files.key);
      await until("the loss is told", () => errors.length > 0);
      expect(errors[0]).to.include(`${files.cert} cannot be read: ENOENT`);
      expect(source.current().cert).to.equal(a.cert);
      await write(files, b);
      await untilServed(b);
    });

    it("takes a new client CA alone", async () => {
      const files = {
        ...(await filesIn(await folder(), a)),
        clientCa: join(await folder(), "ca.crt"),
      };
      await writeFile(files.clientCa, authority.cert);
      const { source } = await follow(files);
      const overlap = authority.cert + (await createAuthority()).cert;
      await writeFile(files.clientCa, overlap);
      await until("both are trusted", () => source.current().clientCa === overlap);
    });
  });

  describe("by polling", () => {
    it("takes what changes behind a link, where no event tells", async () => {
      const elsewhere = await filesIn(await folder(), a);
      const here = await folder();
      const files = { cert: join(here, "tls.crt"), key: join(here, "tls.key") };
      await symlink(elsewhere.cert, files.cert);
      await symlink(elsewhere.key, files.key);
      const { untilServed } = await follow(files, { pollIntervalMs: 10 });
      await write(elsewhere, b);
      await untilServed(b);
    });

    it("outlives the folder", async () => {
      const files = await filesIn(await folder(), a);
      const { errors, untilServed } = await follow(files, { pollIntervalMs: 10 });
      await rm(dirname(files.cert), { recursive: true });
      await until("the loss is told", () => errors.length > 0);
      await mkdir(dirname(files.cert));
      await write(files, b);
      await untilServed(b);
    });
  });

  it("goes on with the old pair while the new one is half written, and says so once", async () => {
    const files = await filesIn(await folder(), a);
    const { source, errors, reloads, untilServed } = await follow(files, { pollIntervalMs: 10 });
    await replace(files.cert, b.cert);
    await until("the mismatch is told", () => errors.length > 0);
    await polls();
    const mismatch = `${files.key} is not the key of the certificate in ${files.cert}`;
    expect(errors).to.deep.equal([mismatch]);
    const c = await authority.issue();
    await replace(files.cert, c.cert);
    await until("another half is told anew", () => errors.length > 1);
    expect(errors.at(-1)).to.equal(mismatch);
    expect(source.current().cert).to.equal(a.cert);
    expect(reloads).to.deep.equal([]);
    await writeFile(files.key, c.key);
    await untilServed(c);
  });

  it("does not give up a valid certificate for one outside its dates", async () => {
    const files = await filesIn(await folder(), a);
    const { source, errors } = await follow(files);
    await write(files, await authority.issue({ notAfter: daysFromNow(-0.5) }));
    await until("the end is told", () => errors.some((message) => message.includes("expired on")));
    await write(files, await authority.issue({ notBefore: daysFromNow(1) }));
    await until("the begin is told", () =>
      errors.some((message) => message.includes("not valid before")),
    );
    expect(source.current().cert).to.equal(a.cert);
  });

  it("tells nothing where the same content is written again", async () => {
    const files = await filesIn(await folder(), a);
    const { errors, reloads } = await follow(files, { pollIntervalMs: 10 });
    await replace(files.cert, a.cert);
    await replace(files.key, a.key);
    await polls();
    expect({ errors, reloads }).to.deep.equal({ errors: [], reloads: [] });
  });

  it("tells every listener until it is taken away, also after one that throws", async () => {
    const files = await filesIn(await folder(), a);
    const { source, errors, untilServed } = await follow(files);
    const heard: string[] = [];
    source.onChange(() => {
      throw new Error("a listener broke");
    });
    const leave = source.onChange((certificate) => heard.push(certificate.cert));
    await write(files, b);
    await untilServed(b);
    expect(heard).to.deep.equal([b.cert]);
    expect(errors).to.deep.equal(["a listener broke"]);
    leave();
    await write(files, a);
    await untilServed(a, 2);
    expect(heard).to.deep.equal([b.cert]);
  });

  it("says nothing more once closed", async () => {
    const files = await filesIn(await folder(), a);
    const closed = await follow(files, { pollIntervalMs: 10 });
    await closed.source.close();
    await closed.source.close();
    const still = await follow(files, { pollIntervalMs: 10 });
    await write(files, b);
    await still.untilServed(b);
    expect(closed.reloads).to.deep.equal([]);
    expect(closed.source.current().cert).to.equal(a.cert);
  });

  it("does not keep the process alive", async () => {
    const files = await filesIn(await folder(), a);
    const module = new URL("./certificate-files.ts", import.meta.url);
    const script = `
      const { watchCertificateFiles } = await import(${JSON.stringify(module.href)});
      await watchCertificateFiles(${JSON.stringify(files)});
      console.log("watching");`;
    const flags = ["--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 20_000 });
    expect(stdout).to.equal("watching\n");
  });
});

async function replace(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content);
  await rename(`${file}.new`, file);
}
