import { createServer, type Server } from "node:http";
import { listen } from "../listen.ts";
import type { Metrics } from "./metrics.ts";

/** Serves `GET /metrics` over plain HTTP, away from the port that the API server calls. */
export async function listenForScrapes(
  metrics: Pick<Metrics, "exposition">,
  address: { port: number; host?: string },
  onError: (error: unknown) => void,
): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url?.split("?")[0] !== "/metrics") {
      response.writeHead(404, { "Content-Type": "text/plain" }).end("metrics are at /metrics");
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { Allow: "GET, HEAD" }).end();
      return;
    }
    metrics.exposition().then(
      ({ contentType, text }) => response.writeHead(200, { "Content-Type": contentType }).end(text),
      (error: unknown) => {
        onError(error);
        response.writeHead(500, { "Content-Type": "text/plain" }).end("internal error");
      },
    );
  });
  await listen(server, address);
  // What cannot be accepted must not end the process.
  server.on("error", onError);
  return server;
}
