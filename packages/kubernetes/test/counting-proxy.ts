import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { pipeline } from "node:stream";

/** Stands before a server on this machine, and counts. */
export interface CountingProxy extends AsyncDisposable {
  port: number;
  /** How many connections there have been. */
  opened(): number;
  /** How many there are. */
  open(): number;
}

/** Passes connections on to a port of 127.0.0.1. */
export async function startCountingProxy(target: number): Promise<CountingProxy> {
  const open = new Set<Socket>();
  let opened = 0;
  const server = createServer((client) => {
    opened += 1;
    open.add(client);
    client.once("close", () => open.delete(client));
    const upstream = connect(target, "127.0.0.1");
    const done = () => {};
    pipeline(client, upstream, done);
    pipeline(upstream, client, done);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    opened: () => opened,
    open: () => open.size,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
