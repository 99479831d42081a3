import { Agent } from "node:https";
import tls, { connect } from "node:tls";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { watchCertificateFiles } from "./certificate-files.ts";
import { type CertificatePem, verifyCertificate } from "./certificate.ts";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Authority,
  createAuthority,
  errorOf,
  temporaryFolders,
  until,
} from "./test-authority.test.ts";
import { get, serve, type TestServer } from "./test-server.test.ts";
import { applyCertificate, tlsOptions } from "./tls-options.ts";

describe("tlsOptions(certificate, policy)", () => {
  let authority: Authority;
  let server: TestServer;

  before(async () => {
    authority = await createAuthority();
    server = await serveLeniently(await authority.issue());
  });
  after(() => server.close());

  it("speaks TLS 1.2 and 1.3, and nothing older", async () => {
    const ca = authority.cert;
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      const { protocol } = await get(server, { ca, minVersion: version, maxVersion: version });
      expect(protocol).to.equal(version);
    }
    for (const version of ["TLSv1", "TLSv1.1"] as const) await expectTooOld(server, version);
  });

  it("chooses http/1.1, whatever else is offered", async () => {
    const offer = { ca: authority.cert, ALPNProtocols: ["h2", "http/1.1"] };
    expect(await get(server, offer)).to.include({ status: 200, alpn: "http/1.1" });
    const error = await errorOf(() => get(server, { ca: authority.cert, ALPNProtocols: ["h2"] }));
    expect(error.message).to.include("no application protocol");
  });

  it("does not ask for a client certificate where none is checked", async () => {
    const own = await authority.issue({ usage: "clientAuth" });
    const socket = connect({ port: server.port, host: "127.0.0.1", ca: authority.cert, ...own });
    const asked = new Promise((resolve) => {
      server.server.once("secureConnection", (there) => resolve(there.getPeerCertificate()));
    });
    expect(await asked).to.deep.equal({});
    socket.destroy();
  });

  it("refuses a policy that asks for what the certificate has not", async () => {
    const certificate = verifyCertificate(await authority.issue());
    const error = await errorOf(() => tlsOptions(certificate, { clientAuth: "require" }));
    expect(error.code).to.equal("GW_CERTIFICATE");
  });
});

describe("applyCertificate(server, certificate, policy)", () => {
  const folder = temporaryFolders();
  let authority: Authority;
  let a: CertificatePem;
  let b: CertificatePem;
  let ca: string;

  before(async () => {
    authority = await createAuthority();
    ca = authority.cert;
    [a, b] = await Promise.all([authority.issue(), authority.issue()]);
  });

  const fingerprint = (pem: CertificatePem) => verifyCertificate(pem).fingerprint256;

  it("keeps open connections, and shows new ones the new certificate", async () => {
    const server = await serve(a);
    const agent = new Agent({ ca, keepAlive: true, maxSockets: 1 });
    const first = await get(server, { agent });
    applyCertificate(server.server, verifyCertificate(b), server.policy);
    const second = await get(server, { agent });
    expect(second).to.include({ status: 200, localPort: first.localPort });
    expect(second.fingerprint).to.equal(fingerprint(a));
    expect(await get(server, { ca })).to.include({ status: 200, fingerprint: fingerprint(b) });
    agent.destroy();
    await server.close();
  });

  it("throws for a bad pair, and the old one goes on serving", async () => {
    const server = await serve(a);
    const bad = { ...verifyCertificate(b), key: a.key };
    expect(() => applyCertificate(server.server, bad, server.policy)).to.throw(
      "key values mismatch",
    );
    expect(await get(server, { ca })).to.include({ status: 200, fingerprint: fingerprint(a) });
    await server.close();
  });

  it("keeps the lowest version and the protocol", async () => {
    const server = await serveLeniently(a);
    leniently(() => applyCertificate(server.server, verifyCertificate(b), server.policy));
    await expectTooOld(server, "TLSv1.1");
    const offer = { ca, ALPNProtocols: ["h2", "http/1.1"] };
    expect(await get(server, offer)).to.include({ alpn: "http/1.1", fingerprint: fingerprint(b) });
    await server.close();
  });

  it("loses no request while the files change under traffic", async () => {
    const inside = await folder();
    const files = { cert: join(inside, "tls.crt"), key: join(inside, "tls.key") };
    const write = async (pem: CertificatePem) => {
      await writeFile(files.cert, pem.cert);
      await writeFile(files.key, pem.key);
    };
    await write(a);
    const source = await watchCertificateFiles(files, { pollIntervalMs: 10, onError: () => {} });
    const server = await serve(source.current());
    source.onChange((next) => applyCertificate(server.server, next, server.policy));
    const agent = new Agent({ ca, keepAlive: true, maxSockets: 2 });
    const seen = new Set<string>();
    const ports = new Set<number | undefined>();
    let stopped = false;
    const traffic = (options: { agent: Agent } | { ca: string }) => async () => {
      while (!stopped) {
        const answer = await get(server, options);
        expect(answer.status).to.equal(200);
        if ("agent" in options) ports.add(answer.localPort);
        else seen.add(answer.fingerprint);
      }
    };
    const callers = [traffic({ agent }), traffic({ agent }), traffic({ ca })].map((run) => run());
    const done = Promise.all(callers);
    for (const next of [b, a, b, a, b]) {
      await write(next);
      await until("it is served", () => source.current().cert === next.cert);
      await Promise.race([get(server, { ca }), done]);
    }
    stopped = true;
    await done;
    expect([...seen].sort()).to.deep.equal([fingerprint(a), fingerprint(b)].sort());
    expect(ports.size).to.be.at.most(2);
    agent.destroy();
    await source.close();
    await server.close();
  });
});

/** Runs `start` as Node.js does with `--tls-min-v1.0`, which a server of ours must not follow. */
function leniently<Started>(start: () => Started): Started {
  const strict = tls.DEFAULT_MIN_VERSION;
  const strictCiphers = tls.DEFAULT_CIPHERS;
  tls.DEFAULT_MIN_VERSION = "TLSv1";
  tls.DEFAULT_CIPHERS = `${strictCiphers}:@SECLEVEL=0`;
  try {
    return start();
  } finally {
    tls.DEFAULT_MIN_VERSION = strict;
    tls.DEFAULT_CIPHERS = strictCiphers;
  }
}

const serveLeniently = (pem: CertificatePem) => leniently(() => serve(pem));

async function expectTooOld(server: TestServer, version: "TLSv1" | "TLSv1.1"): Promise<void> {
  const ciphers = "DEFAULT:@SECLEVEL=0";
  const old = { minVersion: version, maxVersion: version, ciphers, rejectUnauthorized: false };
  const error = await errorOf(() => get(server, old));
  expect(error.message).to.include("alert protocol version");
}
