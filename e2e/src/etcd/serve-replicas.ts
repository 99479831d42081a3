import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, createServer as createHttpsServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { createServer, type Server, type ServerOptions } from "@gatewright/core";
import { registerServer, type ServerRegistration } from "@gatewright/testing/control-plane";
import { developmentTls, type TestBed } from "../test-bed.ts";

/** Servers that are one to the API server, as the replicas of a Deployment behind a Service are. */
export interface Replicas {
  readonly servers: readonly Server[];
  close(): Promise<void>;
}

/**
 * Starts so many servers alike, before several what hands each the next request in turn, and registers that. A
 * connection of the API server carries many requests, so that a balancer of connections would leave one idle.
 */
export async function serveReplicas(
  bed: TestBed,
  count: number,
  optionsOf: () => Partial<ServerOptions> & Pick<ServerOptions, "webhooks">,
  registration: ServerRegistration,
): Promise<Replicas> {
  const tls = developmentTls(bed.cluster);
  const servers: Server[] = [];
  // One after the other: the first makes the certificate that all share.
  for (let index = 0; index < count; index++) {
    const own = { port: 0, log: "silent", tls, shutdown: { gracePeriodSeconds: 0 } } as const;
    servers.push(await createServer({ ...own, ...optionsOf() }));
  }
  const [first] = servers as [Server];
  const balancer =
    count === 1
      ? undefined
      : await startBalancer(servers, join(tls.developmentFolder ?? "", "tls"));
  const front = { ...first, ...(balancer && { url: balancer.url, port: balancer.port }) };
  const { unregister } = await registerServer(bed.plane, front, registration);
  return {
    servers,
    async close() {
      await unregister();
      await balancer?.close();
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** @param pair path of certificate and key, without their extensions */
async function startBalancer(servers: readonly Server[], pair: string) {
  const [cert, key] = await Promise.all([readFile(`${pair}.crt`), readFile(`${pair}.key`)]);
  // What it hands on to is known by its port.
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  let turn = 0;
  const balancer = createHttpsServer({ cert, key }, (incoming, outgoing) => {
    const { port } = servers[turn++ % servers.length] as Server;
    const { method, url, headers } = incoming;
    const onward = request(
      { host: "127.0.0.1", port, method, path: url, headers, agent },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        pipeline(answer, outgoing, () => {});
      },
    );
    onward.on("error", () => outgoing.destroy());
    pipeline(incoming, onward, () => {});
  });
  balancer.listen(0, "127.0.0.1");
  await once(balancer, "listening");
  const { port } = balancer.address() as AddressInfo;
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    async close() {
      balancer.closeAllConnections();
      await once(balancer.close(), "close");
      agent.destroy();
    },
  };
}
