import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { ClusterConnection } from "@gatewright/core";
import { afterEach } from "mocha";
import { createConnection } from "../src/connection.ts";
import type { Credentials } from "../src/credentials.ts";
import { createExchange } from "../src/exchange.ts";
import { createPools } from "../src/pools.ts";

/** A connection to a server that does what an API server does only when it breaks. */
export interface OddServer {
  url: string;
  cluster: ClusterConnection;
  close(): Promise<void>;
}

/** Starts such servers for the tests of a suite, and closes them after each. */
export function useOddServers(): typeof startOddServer {
  const started: OddServer[] = [];
  afterEach(async () => {
    for (const odd of started.splice(0)) await odd.close();
  });
  return async (...options) => {
    const odd = await startOddServer(...options);
    started.push(odd);
    return odd;
  };
}

/** Serves HTTP on 127.0.0.1 and connects to it. */
async function startOddServer(
  listener: RequestListener,
  { timeoutMs = 5_000, silenceMs = 5_000, prefix = "" } = {},
): Promise<OddServer> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`;
  const access = { server: url, headers: {}, tls: {}, proxyUrl: undefined, key: url };
  const credentials: Credentials = {
    what: "nobody",
    namespace: "default",
    current: async () => access,
    renew: async () => access,
  };
  const pools = createPools();
  const exchange = createExchange(url, credentials, pools);
  const cluster = createConnection({
    url,
    namespace: "default",
    exchange,
    pools,
    timeoutMs,
    silenceMs,
  });
  return {
    url,
    cluster,
    async close() {
      await cluster.close();
      server.close();
      await once(server, "close");
    },
  };
}
