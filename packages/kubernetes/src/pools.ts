import { type Dispatcher, Pool, ProxyAgent } from "undici";
import type { Access } from "./access.ts";

/** What a connection is used for. */
export type Traffic = "calls" | "lists" | "watches";

/** How many connections each kind of traffic may have; what comes at once beyond that waits for one. */
const CONNECTIONS: Readonly<Record<Traffic, number | undefined>> = {
  calls: 8,
  // All objects of a resource can take seconds, and a review is not to wait for that.
  lists: 4,
  // Each holds its own for minutes.
  watches: undefined,
};

/** The connections to the API server. */
export interface Pools {
  of(access: Access, traffic: Traffic): Dispatcher;
  /** Breaks all connections off. */
  destroy(): Promise<void>;
}

/**
 * One pool for each kind of traffic, over HTTP/1.1. Certificates are a connection's: where they change, new
 * calls go over new connections, and the old ones end with the last call on them.
 */
export function createPools(): Pools {
  let key: string | undefined;
  const pools = new Map<Traffic, Dispatcher>();
  const retiring = new Set<Dispatcher>();
  const destroyed = new AbortController();

  const retireAll = () => {
    for (const pool of pools.values()) {
      retiring.add(pool);
      const forget = () => retiring.delete(pool);
      pool.close().then(forget, forget);
    }
    pools.clear();
  };
  return {
    of(access, traffic) {
      if (key !== access.key) retireAll();
      key = access.key;
      const known = pools.get(traffic);
      if (known !== undefined) return known;
      const pool = connect(access, destroyed.signal, CONNECTIONS[traffic]);
      pools.set(traffic, pool);
      return pool;
    },
    async destroy() {
      const destroying = [...retiring, ...pools.values()].map((pool) => pool.destroy());
      destroyed.abort();
      await Promise.all(destroying);
    },
  };
}

function connect(
  { server, tls, proxyUrl }: Access,
  destroyed: AbortSignal,
  connections: number | undefined,
): Dispatcher {
  const connectOptions = {
    ...tls,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    timeout: 5_000,
    // A dispatcher that is destroyed waits for those that are being opened, until their time is up.
    signal: destroyed,
  };
  const options = {
    // HTTP/2 would put calls and watches on one connection, where a lost packet or a stuck stream of one
    // holds up all others.
    allowH2: false,
    // kube-apiserver gives idle connections up after 90 s (IdleTimeout in its secure_serving.go).
    keepAliveTimeout: 60_000,
    // Each call has a limit of its own, for all of it.
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(connections !== undefined && { connections }),
  };
  return proxyUrl === undefined
    ? new Pool(new URL(server).origin, { ...options, connect: connectOptions })
    : new ProxyAgent({ ...options, uri: proxyUrl, requestTls: connectOptions });
}
