import { type Dispatcher, Pool, ProxyAgent } from "undici";
import type { Access } from "./access.ts";

/** How many connections single calls share; more calls at once wait for one of them. */
const CONNECTIONS = 8;

/** The connections to the API server: those of calls, and one for each watch. */
export interface Pools {
  calls(access: Access): Dispatcher;
  /** Watches last for minutes, and would leave no connection for calls in a pool of theirs. */
  watches(access: Access): Dispatcher;
  /** Breaks all connections off. */
  destroy(): Promise<void>;
}

interface Pair {
  calls: Dispatcher;
  watches: Dispatcher;
}

/**
 * One pool for calls and one for watches, over HTTP/1.1. Certificates are a connection's: where they
 * change, new calls go over new connections, and the old ones end with the last call on them.
 */
export function createPools(): Pools {
  let key: string | undefined;
  let pair: Pair | undefined;
  const retiring = new Set<Dispatcher>();
  const destroyed = new AbortController();

  const retire = (dispatcher: Dispatcher) => {
    retiring.add(dispatcher);
    const forget = () => retiring.delete(dispatcher);
    dispatcher.close().then(forget, forget);
  };
  const pairFor = (access: Access): Pair => {
    if (pair !== undefined && key === access.key) return pair;
    if (pair !== undefined) for (const dispatcher of Object.values(pair)) retire(dispatcher);
    key = access.key;
    pair = {
      calls: connect(access, destroyed.signal, CONNECTIONS),
      watches: connect(access, destroyed.signal),
    };
    return pair;
  };
  return {
    calls: (access) => pairFor(access).calls,
    watches: (access) => pairFor(access).watches,
    async destroy() {
      const all: Dispatcher[] = [...retiring, ...Object.values(pair ?? {})];
      const destroying = all.map((dispatcher) => dispatcher.destroy());
      destroyed.abort();
      await Promise.all(destroying);
    },
  };
}

function connect(
  { server, tls, proxyUrl }: Access,
  destroyed: AbortSignal,
  connections?: number,
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
