import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import * as x509 from "@peculiar/x509";

/** As much of an AdmissionReview as these tests read. */
export interface Call {
  path: string;
  host: string;
  request: { uid: string; name: string; operation: string; resource: { resource: string } };
}

export interface WebhookServer {
  url: string;
  port: number;
  /** PEM of the certificate that it signed itself. */
  ca: string;
  /** Every call so far. */
  calls: Call[];
  close(): Promise<void>;
}

/**
 * A webhook server without Gatewright: denies everything with `message`, or allows it where there
 * is none.
 */
export async function createWebhookServer(message?: string): Promise<WebhookServer> {
  const { cert, key } = await certificate();
  const calls: Call[] = [];
  const answer = async (incoming: IncomingMessage) => {
    const { request } = (await json(incoming)) as Pick<Call, "request">;
    const path = new URL(incoming.url ?? "/", "https://localhost").pathname;
    calls.push({ path, host: incoming.headers.host ?? "", request });
    return {
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      response: {
        uid: request.uid,
        allowed: message === undefined,
        ...(message !== undefined && { status: { code: 403, message } }),
      },
    };
  };
  const server = createServer({ cert, key }, (incoming, outgoing) => {
    answer(incoming).then(
      (review) =>
        outgoing.setHeader("content-type", "application/json").end(JSON.stringify(review)),
      (error: unknown) => outgoing.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `https://127.0.0.1:${port}`, port, ca: cert, calls },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function certificate(): Promise<{ cert: string; key: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=webhook server of a test",
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true),
      new x509.SubjectAlternativeNameExtension([
        { type: "ip", value: "127.0.0.1" },
        { type: "dns", value: "hook.default.svc" },
      ]),
    ],
  });
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { cert: certificate.toString("pem"), key: x509.PemConverter.encode(key, "PRIVATE KEY") };
}
