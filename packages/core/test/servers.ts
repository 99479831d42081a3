// Servers as their users start them, and clients that trust them: real TLS sockets.
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as requestPlain,
} from "node:http";
import { Agent, request } from "node:https";
import { connect as connectTcp, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { after, afterEach } from "mocha";
import type { AdmissionReview } from "../src/admission.ts";
import type { Plugin } from "../src/plugin.ts";
import type { ServerOptions } from "../src/server-options.ts";
import { createServer, type Server } from "../src/server.ts";
import { type RecordingLogger, recordingLogger } from "./lines.ts";

/** An answer, read to its end. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** The client's port: two answers with one port came over one connection. */
  localPort: number | undefined;
}

/** What a call says beside its path. */
export interface Call {
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer | readonly (string | Buffer)[];
  agent?: Agent | false;
}

/** A running server, with clients that trust it. */
export interface TestServer {
  readonly server: Server;
  readonly log: RecordingLogger;
  readonly ca: Buffer;
  /** Sends one call; a body of several parts goes without Content-Length, as chunks. */
  call(path: string, call?: Call): Promise<Answer>;
  /** Sends a review as kube-apiserver does, and reads the answer's review, which must be one. */
  review(path: string, body: string): Promise<NonNullable<AdmissionReview["response"]>>;
  /** A connection of its own, to write to what no HTTP client would. */
  connect(): Promise<Connection>;
  /** A connection on which TLS has not begun. */
  connectTcp(): Promise<Socket>;
}

/** A TLS connection that can also end as one does whose machine is switched off. */
export interface Connection extends TLSSocket {
  reset(): void;
}

/** The name of the webhook in `plugins`. */
export const WEBHOOK = "pods.example.com";

let certificates: Promise<string> | undefined;

// One for all tests of a run: made once, and each later start finds it.
after(async () => {
  if (certificates !== undefined) await rm(await certificates, { recursive: true });
});

/** The folder of the development certificate. */
export function certificateFolder(): Promise<string> {
  certificates ??= mkdtemp(join(tmpdir(), "gatewright-core-"));
  return certificates;
}

/** Starts servers; each is closed after its test. Call it in a `describe`. */
export function servers(): (
  plugins: ServerOptions["webhooks"] | readonly Plugin[],
  options?: Partial<ServerOptions>,
  /** PEM, for a certificate that is not of the server's own making. */
  ca?: string,
) => Promise<TestServer> {
  const open: Server[] = [];
  afterEach(async () => {
    // Twice, so that no grace period is waited for.
    for (const server of open.splice(0)) await Promise.all([server.close(), server.close()]);
  });
  return async (plugins, options = {}, trusted) => {
    const log = recordingLogger();
    const server = await createServer({
      webhooks: Array.isArray(plugins) ? { [WEBHOOK]: { plugins } } : (plugins as never),
      port: 0,
      host: "127.0.0.1",
      tls: { developmentFolder: await certificateFolder() },
      shutdown: { gracePeriodSeconds: 0, drainSeconds: 5 },
      metrics: { port: 0, host: "127.0.0.1" },
      log,
      ...options,
    });
    open.push(server);
    const ca =
      trusted === undefined ? await readFile(server.caFile as string) : Buffer.from(trusted);
    const call = (path: string, given: Call = {}) => send(server.port, ca, path, given);
    return {
      server,
      log,
      ca,
      call,
      review: async (path, body) => {
        const headers = { "Content-Type": "application/json" };
        const answer = await call(path, { method: "POST", headers, body });
        if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`);
        const { response } = JSON.parse(answer.body) as AdmissionReview;
        if (response === undefined) throw new Error(`no response: ${answer.body}`);
        return response;
      },
      connectTcp: () => openTcp(server.port),
      connect: async () => {
        const tcp = await openTcp(server.port);
        const socket = connect({ socket: tcp, servername: "localhost", ca });
        // What comes of a connection that was cut is the test's to see.
        socket.on("error", () => {});
        await once(socket, "secureConnect");
        return Object.assign(socket, { reset: () => void tcp.resetAndDestroy() });
      },
    };
  };
}

async function openTcp(port: number): Promise<Socket> {
  const socket = connectTcp({ port, host: "127.0.0.1" });
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

function send(port: number, ca: Buffer, path: string, call: Call): Promise<Answer> {
  const { method = "GET", headers = {}, body = "", agent = false } = call;
  const parts = Array.isArray(body) ? body : [body as string | Buffer];
  return new Promise((resolve, reject) => {
    const sent = request({ port, ca, path, method, headers, agent, host: "127.0.0.1" });
    sent.on("error", reject);
    sent.on("response", (incoming) => {
      const { localPort } = incoming.socket;
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const { statusCode = 0, headers: received } = incoming;
        resolve({ status: statusCode, headers: received, body: text, localPort });
      });
    });
    if (!Array.isArray(body) && parts[0] !== "") {
      sent.setHeader("Content-Length", Buffer.byteLength(parts[0] as Buffer));
    }
    for (const part of parts) if (part !== "") sent.write(part);
    sent.end();
  });
}

/** A GET without TLS, over a connection that is closed with the answer. */
export async function getPlain(url: string, method = "GET"): Promise<Answer> {
  const sent = requestPlain(url, { method, agent: false }).end();
  const [incoming] = (await once(sent, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { statusCode = 0, headers, socket } = incoming;
  const body = Buffer.concat(chunks).toString();
  return { status: statusCode, headers, body, localPort: socket.localPort };
}

/** A call as it goes over the wire. */
export function post(path: string, body: string, headers = ""): string {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${length}\r\n${headers}\r\n${body}`;
}

/** Everything that comes over a connection until its end. */
export async function readAll(socket: TLSSocket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Asks until it is so. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await delay(5);
  }
}

/** A promise that is settled from outside: a handler waits at it until the test lets it go on. */
export interface Gate {
  readonly passed: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}
