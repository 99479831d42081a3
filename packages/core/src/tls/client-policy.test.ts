import { Agent } from "node:https";
import { connect as connectPlain } from "node:net";
import { connect } from "node:tls";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { type CertificatePem, verifyCertificate } from "./certificate.ts";
import { clientIsAuthorized, clientPolicy, type ClientSettings } from "./client-policy.ts";
import { type Authority, createAuthority, daysFromNow, errorOf } from "./test-authority.test.ts";
import { get, serve, type TestServer } from "./test-server.test.ts";
import { applyCertificate } from "./tls-options.ts";

describe("clientPolicy(certificate, settings)", () => {
  it("requires a client certificate where there is a CA to check it with", () => {
    expect(clientPolicy({ clientCa: "PEM" }).clientAuth).to.equal("require");
    expect(clientPolicy({}).clientAuth).to.equal("none");
    expect(clientPolicy({ clientCa: "PEM" }, { clientAuth: "none" }).clientAuth).to.equal("none");
  });

  it("refuses checks that could not be made", async () => {
    const cases: [string | undefined, ClientSettings][] = [
      [undefined, { clientAuth: "require" }],
      [undefined, { clientAuth: "request" }],
      [undefined, { allowedClients: ["a"] }],
      ["PEM", { clientAuth: "none", allowedClients: ["a"] }],
    ];
    for (const [clientCa, settings] of cases) {
      const error = await errorOf(() => clientPolicy({ clientCa }, settings));
      expect(error.code).to.equal("GW_CONFIG_INVALID");
    }
  });
});

describe("clientIsAuthorized(socket, policy)", () => {
  let servers: Authority;
  let clients: Authority;
  let strangers: Authority;
  let pair: CertificatePem;
  let good: CertificatePem;
  let ca: string;

  before(async () => {
    [servers, clients, strangers] = (await Promise.all(
      ["Server CA", "Client CA", "Client CA"].map((name) => createAuthority(name)),
    )) as [Authority, Authority, Authority];
    pair = { ...(await servers.issue()), clientCa: clients.cert };
    good = await clients.issue({
      usage: "clientAuth",
      commonName: "kube-apiserver",
      hosts: ["api.example"],
    });
    ca = servers.cert;
  });

  async function withServer(settings: ClientSettings, use: (server: TestServer) => Promise<void>) {
    const server = await serve(pair, settings);
    try {
      await use(server);
    } finally {
      await server.close();
    }
  }

  const status = async (
    server: TestServer,
    client: Partial<CertificatePem>,
    path = "/validate/x",
  ) => (await get(server, { ca, path, ...client })).status;

  it("under require, lets in good certificates only, and probes without one", async () => {
    const usage = "clientAuth";
    const bad = {
      none: {},
      "of another CA of the same name": await strangers.issue({ usage }),
      "of the server's own CA": await servers.issue({ usage }),
      expired: await clients.issue({ usage, notAfter: daysFromNow(-0.5) }),
      "not yet valid": await clients.issue({ usage, notBefore: daysFromNow(1) }),
      "for servers": await clients.issue({ usage: "serverAuth" }),
    };
    await withServer({ clientAuth: "require" }, async (server) => {
      expect(await status(server, good)).to.equal(200);
      for (const [kind, client] of Object.entries(bad)) {
        expect(await status(server, client), kind).to.equal(403);
        expect(await status(server, client, "/healthz"), kind).to.equal(200);
      }
    });
  });

  it("under request, lets in those without a certificate, but none with a bad one", async () => {
    await withServer({ clientAuth: "request" }, async (server) => {
      expect(await status(server, good)).to.equal(200);
      expect(await status(server, {})).to.equal(200);
      expect(await status(server, await strangers.issue({ usage: "clientAuth" }))).to.equal(403);
    });
  });

  it("limits who of the CA's clients may come, by common or alternative name", async () => {
    const expected = { "kube-apiserver": 200, "api.example": 200, "KUBE-APISERVER": 403, "": 403 };
    for (const [name, answer] of Object.entries(expected)) {
      await withServer({ allowedClients: ["other", name] }, async (server) => {
        expect(await status(server, good), name).to.equal(answer);
        expect(await status(server, {}), name).to.equal(403);
      });
    }
    await withServer({ allowedClients: [] }, async (server) => {
      expect(await status(server, good)).to.equal(403);
    });
  });

  it("holds on a kept-alive connection for each request alike", async () => {
    await withServer({ allowedClients: ["kube-apiserver"] }, async (server) => {
      const other = await clients.issue({ usage: "clientAuth", commonName: "other" });
      for (const [client, answer] of [
        [good, 200],
        [other, 403],
      ] as const) {
        const agent = new Agent({ ca, keepAlive: true, maxSockets: 1, ...client });
        const answers = [await get(server, { agent }), await get(server, { agent })];
        expect(answers.map((each) => each.status)).to.deep.equal([answer, answer]);
        expect(answers[0]?.localPort).to.equal(answers[1]?.localPort);
        agent.destroy();
      }
    });
  });

  it("survives a new server certificate", async () => {
    await withServer({}, async (server) => {
      const next = verifyCertificate({ ...(await servers.issue()), clientCa: clients.cert });
      applyCertificate(server.server, next, server.policy);
      expect(await status(server, good)).to.equal(200);
      expect(await status(server, {})).to.equal(403);
      expect(await status(server, {}, "/healthz")).to.equal(200);
    });
  });

  it("follows a new client CA, also against sessions of the old one", async () => {
    const stranger = await strangers.issue({ usage: "clientAuth" });
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      await withServer({}, async (server) => {
        const session = await sessionOf(server, maxVersion);
        const resuming = { ca, maxVersion, session, path: "/validate/x", ...good };
        expect(await get(server, resuming)).to.include({ status: 200, resumed: true });
        const next = verifyCertificate({ ...pair, clientCa: strangers.cert });
        applyCertificate(server.server, next, server.policy);
        expect(await get(server, resuming)).to.include({ status: 403, resumed: false });
        expect(await status(server, good)).to.equal(403);
        expect(await status(server, stranger)).to.equal(200);
      });
    }
  });

  it("never falls open where a reload brings no client CA", async () => {
    await withServer({}, async (server) => {
      const next = verifyCertificate({ cert: pair.cert, key: pair.key });
      const error = await errorOf(() => applyCertificate(server.server, next, server.policy));
      expect(error.code).to.equal("GW_CERTIFICATE");
      expect(await status(server, {})).to.equal(403);
      expect(await status(server, good)).to.equal(200);
    });
  });

  it("lets nobody in on a socket without TLS, unless nothing is asked", () => {
    const socket = connectPlain({ port: 1, host: "127.0.0.1" }).on("error", () => {});
    expect(clientIsAuthorized(socket, { clientAuth: "require" })).to.equal(false);
    expect(clientIsAuthorized(socket, { clientAuth: "request" })).to.equal(false);
    expect(clientIsAuthorized(socket, { clientAuth: "none" })).to.equal(true);
    socket.destroy();
  });

  async function sessionOf({ port }: TestServer, maxVersion: "TLSv1.2" | "TLSv1.3") {
    const socket = connect({
      port,
      host: "127.0.0.1",
      servername: "localhost",
      ca,
      maxVersion,
      ...good,
    });
    const session = new Promise<Buffer>((resolve) => socket.once("session", resolve));
    socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const ticket = await session;
    socket.destroy();
    return ticket;
  }
});
