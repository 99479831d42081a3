// A webhook server in miniature for the tests of this folder: real sockets, the options under test.
import { readFile } from "node:fs/promises";
import type { ClientRequestArgs, IncomingMessage } from "node:http";
import { Agent, type AgentOptions, createServer, request, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { expect } from "chai";
import { verifyCertificate, type CertificatePem } from "./certificate.ts";
import {
  clientIsAuthorized,
  type ClientPolicy,
  clientPolicy,
  type ClientSettings,
} from "./client-policy.ts";
import type { DevelopmentCertificate } from "./development-certificate.ts";
import { tlsOptions } from "./tls-options.ts";

export interface TestServer {
  readonly server: Server;
  readonly port: number;
  readonly policy: ClientPolicy;
  close(): Promise<void>;
}

/** Answers 200 on `/healthz`; elsewhere 200 or 403, as `clientIsAuthorized` says. */
export async function serve(pem: CertificatePem, settings?: ClientSettings): Promise<TestServer> {
  const certificate = verifyCertificate(pem);
  const policy = clientPolicy(certificate, settings);
  const server = createServer(tlsOptions(certificate, policy), (incoming, response) => {
    const allowed = incoming.url === "/healthz" || clientIsAuthorized(incoming.socket, policy);
    response.writeHead(allowed ? 200 : 403).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    server,
    port: (server.address() as AddressInfo).port,
    policy,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface Answer {
  status: number | undefined;
  /** Of the certificate that the server showed. */
  fingerprint: string;
  /** The client's own port: the same one means the same connection. */
  localPort: number | undefined;
  protocol: string | null;
  alpn: string | false | null;
  resumed: boolean;
}

/** Sends one GET; on a connection of its own unless given an agent that keeps one. */
export async function get(
  { port }: Pick<TestServer, "port">,
  options: AgentOptions & Pick<ClientRequestArgs, "path"> & { agent?: Agent },
): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const sent = request({ port, host: "localhost", family: 4, agent: false, ...options });
    sent.on("error", reject);
    sent.on("response", (incoming: IncomingMessage) => {
      const socket = incoming.socket as TLSSocket;
      const answer = {
        status: incoming.statusCode,
        fingerprint: socket.getPeerCertificate().fingerprint256,
        localPort: socket.localPort,
        protocol: socket.getProtocol(),
        alpn: socket.alpnProtocol,
        resumed: socket.isSessionReused(),
      };
      incoming.resume().on("end", () => resolve(answer));
    });
    sent.end();
  });
}

/** The files that a development certificate keeps, by name. */
export async function keptFiles(folder: string): Promise<Record<string, string>> {
  const names = ["ca.crt", "ca.key", "tls.crt", "tls.key"];
  const files = names.map(async (name) => [name, await readFile(join(folder, name), "utf8")]);
  return Object.fromEntries(await Promise.all(files));
}

/** Holds that the files fit together, and that a client which trusts the CA is served. */
export async function expectServed(files: DevelopmentCertificate): Promise<void> {
  const [cert, key, ca] = (await Promise.all(
    [files.certFile, files.keyFile, files.caFile].map((file) => readFile(file, "utf8")),
  )) as [string, string, string];
  const server = await serve({ cert, key });
  try {
    expect(await get(server, { ca, path: "/healthz" })).to.include({ status: 200 });
  } finally {
    await server.close();
  }
}
