import { type Relay, type RelayedConnection, startRelay } from "./relay.ts";

/** Proxies in front of the peer ports of one cluster's members. */
export interface PeerProxies {
  /** Starts the one in front of a member. @returns its port */
  add(name: string, target: number): Promise<number>;
  /** Cuts a member off from its peers, both ways. @param id the member's id in decimal */
  isolate(name: string, id: string): void;
  /** Undoes `isolate`. */
  rejoin(name: string): void;
  isIsolated(name: string): boolean;
  close(): Promise<void>;
}

/**
 * A member both calls its peers and is called by them, and each of its raft messages may take either
 * connection. All members of a cluster call a peer by the same URL; who it is that calls, says the
 * header `X-Server-From` of etcd's peer protocol (server/etcdserver/api/rafthttp/stream.go), which
 * is why peers talk without TLS here.
 */
export function createPeerProxies(): PeerProxies {
  const relays: Relay[] = [];
  /** Ids in etcd's hexadecimal, by member name. */
  const isolated = new Map<string, string>();
  const changed = () => {
    for (const relay of relays) relay.changed();
  };

  return {
    async add(name, target) {
      const held = ({ source }: RelayedConnection) =>
        isolated.has(name) || (source !== undefined && [...isolated.values()].includes(source));
      const relay = await startRelay({ target, held, read: createCallerReader() });
      relays.push(relay);
      return relay.port;
    },
    isolate(name, id) {
      isolated.set(name, BigInt(id).toString(16));
      changed();
    },
    rejoin(name) {
      isolated.delete(name);
      changed();
    },
    isIsolated: (name) => isolated.has(name),
    async close() {
      for (const relay of relays) await relay.refuse();
    },
  };
}

/** Not the first request of a connection, perhaps, names the caller: a probe does not. */
function createCallerReader(): (chunk: Buffer, connection: RelayedConnection) => void {
  const ends = new WeakMap<RelayedConnection, string>();
  return (chunk, connection) => {
    if (connection.source !== undefined) return;
    const text = (ends.get(connection) ?? "") + chunk.toString("latin1");
    const source = /\r\nx-server-from: ([0-9a-f]+)\r\n/i.exec(text)?.[1];
    if (source === undefined) ends.set(connection, text.slice(-64));
    else connection.source = source;
  };
}
