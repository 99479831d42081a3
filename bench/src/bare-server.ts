/**
 * What a webhook cannot do without: TLS, HTTP, parsing the review, and an answer. `node:https` alone;
 * the answer's patch is a constant. Usage: node bare-server.ts CERT KEY PORT
 */
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";

const [certFile, keyFile, port] = process.argv.slice(2) as [string, string, string];
const patch = Buffer.from(
  '[{"op":"add","path":"/spec/securityContext","value":{"runAsNonRoot":true,"runAsUser":1234}}]',
).toString("base64");

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const review = JSON.parse(Buffer.concat(chunks).toString()) as {
    apiVersion: string;
    request: { uid: string };
  };
  const body = JSON.stringify({
    apiVersion: review.apiVersion,
    kind: "AdmissionReview",
    response: { uid: review.request.uid, allowed: true, patchType: "JSONPatch", patch },
  });
  response
    .writeHead(200, {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
    })
    .end(body);
}

const server = createServer(
  { cert: readFileSync(certFile), key: readFileSync(keyFile), keepAliveTimeout: 100_000 },
  (request, response) => void answer(request, response),
);
server.listen(Number(port), "127.0.0.1", () => console.log("listening"));
