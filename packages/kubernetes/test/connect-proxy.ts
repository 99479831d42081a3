import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { pipeline } from "node:stream";

/** A proxy as `proxy-url` names one, which takes CONNECT. */
export interface ConnectProxy extends AsyncDisposable {
  url: string;
  /** Where it was asked to go, each time. */
  targets: readonly string[];
}

/** Starts one on 127.0.0.1. */
export async function startConnectProxy(): Promise<ConnectProxy> {
  const targets: string[] = [];
  const open = new Set<Socket>();
  const server = createServer();
  server.on("connect", (request, client: Socket) => {
    targets.push(request.url ?? "");
    const [host, port] = (request.url ?? "").split(":");
    const upstream = connect(Number(port), host);
    const done = () => {};
    for (const socket of [client, upstream]) open.add(socket);
    upstream.once("connect", () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
    pipeline(client, upstream, done);
    pipeline(upstream, client, done);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
