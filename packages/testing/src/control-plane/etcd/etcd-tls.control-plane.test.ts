import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { connect } from "node:http2";
import { request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { type CertificateFiles, type EtcdCluster, startEtcd } from "../index.ts";

/** One question over a connection of its own: the answer's text, or what became of the attempt. */
async function ask(endpoint: string, caFile: string, client?: CertificateFiles): Promise<string> {
  const outgoing = request(`${endpoint}/v3/maintenance/status`, {
    method: "POST",
    agent: false,
    ...(await credentials(caFile, client)),
  });
  outgoing.end("{}");
  try {
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    return await text(response);
  } catch (error) {
    return String(error);
  }
}

/** As etcd's own clients call it: an empty StatusRequest. @returns gRPC's status and message */
async function statusByGrpc(
  endpoint: string,
  caFile: string,
  client: CertificateFiles,
): Promise<string> {
  const session = connect(endpoint, await credentials(caFile, client));
  try {
    const stream = session.request({
      ":method": "POST",
      ":path": "/etcdserverpb.Maintenance/Status",
      "content-type": "application/grpc",
      te: "trailers",
    });
    let trailers: IncomingHttpHeaders = {};
    for (const event of ["response", "trailers"]) {
      stream.on(event, (headers: IncomingHttpHeaders) => {
        trailers = { ...trailers, ...headers };
      });
    }
    stream.resume();
    stream.end(Buffer.alloc(5));
    await once(stream, "close");
    return [trailers["grpc-status"], trailers["grpc-message"]]
      .filter(Boolean)
      .join(" ")
      .replace("etcdserver: ", "");
  } finally {
    session.close();
  }
}

async function credentials(caFile: string, client?: CertificateFiles) {
  return {
    ca: await readFile(caFile),
    ...(client && {
      cert: await readFile(client.certFile),
      key: await readFile(client.keyFile),
    }),
  };
}

describe('startEtcd({ tls: "server" })', () => {
  it("serves any client by a certificate for loopback and the hosts that are named", async () => {
    await using etcd = await startEtcd({ tls: "server", hosts: ["etcd-0.etcd.shop.svc"] });
    const endpoint = etcd.endpoints[0] as string;
    expect(endpoint).to.match(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await ask(endpoint, etcd.tls.caFile)).to.include('"leader"');
    const certificate = await readFile(etcd.tls.server.certFile);
    const { subjectAltName } = new X509Certificate(certificate);
    expect(subjectAltName).to.equal(
      "DNS:localhost, IP Address:127.0.0.1, DNS:etcd-0.etcd.shop.svc",
    );
    expect(await ask(endpoint, etcd.tls.strangerCaFile)).to.match(/unable to verify|self-signed/);
  });
});

describe('startEtcd({ tls: "mutual", auth: true })', () => {
  let etcd: EtcdCluster;
  let endpoint: string;
  before(async () => {
    etcd = await startEtcd({ members: 3, tls: "mutual", auth: true });
    endpoint = etcd.endpoints[0] as string;
  });
  after(() => etcd.stop());

  const withCertificate = (client?: CertificateFiles) => ask(endpoint, etcd.tls.caFile, client);

  it("refuses a client without a certificate, or with a stranger's or an expired one", async () => {
    const expired = {
      certFile: join(etcd.dir, "tls", "expired.crt"),
      keyFile: join(etcd.dir, "tls", "expired.key"),
    };
    await etcd.tls.issueClient(expired, { expired: true });
    for (const client of [undefined, etcd.tls.stranger, expired]) {
      expect(await withCertificate(client)).to.match(/alert|ECONNRESET|socket hang up/);
    }
    // The same paths, replaced.
    await etcd.tls.issueClient(expired);
    expect(await withCertificate(expired)).not.to.match(/alert|ECONNRESET|socket hang up/);
  });

  it("lets root do everything, and guest nothing, by the names of their certificates", async () => {
    const { client, guest } = etcd.tls;
    expect(await statusByGrpc(endpoint, etcd.tls.caFile, client)).to.equal("0");
    expect(await statusByGrpc(endpoint, etcd.tls.caFile, guest)).to.equal("7 permission denied");
    const granted = { user: "guest", role: "root" };
    await etcd.call("/v3/auth/user/grant", granted);
    expect(await statusByGrpc(endpoint, etcd.tls.caFile, guest)).to.equal("0");
  });

  it("lets a user log in by password", async () => {
    const login = { name: "guest", password: etcd.users["guest"] };
    expect((await etcd.call("/v3/auth/authenticate", login)).token).to.be.a("string");
  });

  it("goes on being asked when its members restart, and when all is taken from the users", async () => {
    const [first] = etcd.members;
    await first?.stop();
    await first?.start();
    await etcd.healthy();
    await etcd.call("/v3/auth/user/delete", { name: "guest" });
    expect((await etcd.status("etcd-0")).leader).to.equal((await etcd.leader()).id);
    await etcd.tls.issueClient(etcd.tls.client, { expired: true });
    await etcd.tls.issueServer({ expired: true });
    expect(await withCertificate(etcd.tls.client)).to.include("certificate has expired");
    await etcd.healthy();
  });

  it("is not to be had together with members that do not run", async () => {
    const error = await startEtcd({ auth: true, start: false }).then(
      () => expect.fail("it started"),
      (reason: Error) => reason.message,
    );
    expect(error).to.include("`start: false`");
  });
});
