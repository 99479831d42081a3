import { copyFile, mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type EtcdCluster, startEtcd } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, beforeEach, describe, it } from "mocha";
import { createTlsFiles, type TlsPaths } from "./tls-files.ts";

describe("createTlsFiles(paths)", () => {
  let etcd: EtcdCluster;
  let paths: TlsPaths & { certFile: string; keyFile: string };
  before(async () => {
    etcd = await startEtcd({ tls: "mutual", start: false });
    const dir = join(etcd.dir, "ours");
    await mkdir(dir);
    const [caFile, certFile, keyFile] = ["ca.crt", "tls.crt", "tls.key"].map((name) =>
      join(dir, name),
    ) as [string, string, string];
    paths = { caFile, certFile, keyFile, serverName: "localhost" };
  });
  after(() => etcd.stop());
  beforeEach(async () => {
    const { caFile, client } = etcd.tls;
    await copyFile(caFile, paths.caFile);
    await copyFile(client.certFile, paths.certFile);
    await copyFile(client.keyFile, paths.keyFile);
  });

  it("reads them, and then only what has changed", async () => {
    const files = createTlsFiles(paths);
    expect(await files.look()).to.deep.equal({
      credentials: {
        rootCertificate: await readFile(paths.caFile),
        certChain: await readFile(paths.certFile),
        privateKey: await readFile(paths.keyFile),
        serverName: "localhost",
      },
    });
    expect(await files.look()).to.equal("unchanged");
    // The same content written again is no change.
    await writeFile(paths.caFile, await readFile(paths.caFile));
    expect(await files.look()).to.equal("unchanged");
    await etcd.tls.issueClient(paths);
    expect(await files.look())
      .to.have.nested.property("credentials.certChain")
      .that.deep.equals(await readFile(paths.certFile));
    expect(await files.look()).to.equal("unchanged");
  });

  it("needs no client certificate", async () => {
    const { caFile } = paths;
    expect(await createTlsFiles({ caFile }).look()).to.deep.equal({
      credentials: { rootCertificate: await readFile(caFile) },
    });
  });

  const faults: readonly [string, () => Promise<void>, string][] = [
    ["a file that is not there", () => rm(paths.keyFile), "tls.key cannot be read: ENOENT"],
    [
      "a key of another certificate",
      () => copyFile(etcd.tls.guest.keyFile, paths.keyFile),
      "is not that of the certificate in",
    ],
    ["half a key", () => truncate(paths.keyFile, 60), "tls.key holds no private key: "],
    ["half a certificate", () => truncate(paths.certFile, 200), "tls.crt holds no certificate"],
    ["an empty file", () => truncate(paths.caFile), "ca.crt holds no certificate"],
    [
      "a second authority, half written",
      async () => writeFile(paths.caFile, `${etcd.tls.ca}\n${etcd.tls.ca.slice(0, 100)}`),
      "ca.crt ends within a certificate",
    ],
    [
      "what is in no certificate's form",
      async () =>
        writeFile(paths.caFile, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
      "ca.crt holds a certificate that cannot be read: ",
    ],
  ];
  for (const [what, spoil, words] of faults) {
    it(`tells of ${what}, until it is mended`, async () => {
      const files = createTlsFiles(paths);
      await files.look();
      await spoil();
      for (let twice = 0; twice < 2; twice++) {
        expect(await files.look())
          .to.have.property("problem")
          .that.includes(words);
      }
      await etcd.tls.issueClient(paths);
      await writeFile(paths.caFile, etcd.tls.ca);
      expect(await files.look()).to.have.property("credentials");
    });
  }

  it("begins with a problem where they were never fit", async () => {
    await rm(paths.certFile);
    const files = createTlsFiles(paths);
    expect(await files.look()).to.have.property("problem");
    await etcd.tls.issueClient(paths);
    expect(await files.look()).to.have.property("credentials");
  });
});
