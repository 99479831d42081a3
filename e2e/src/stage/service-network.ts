import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ClusterConnection } from "@gatewright/core";
import { type Followed, follow } from "./follow.ts";
import { type Endpoint, type ServiceRules, serviceRules } from "./service-rules.ts";

/** Plays kube-proxy and the network of pods to an API server. */
export interface ServiceNetwork {
  /** Content of the file for `--egress-selector-config-file`. */
  readonly egressSelector: object;
  /** Begins to follow Services and EndpointSlices; until then, every connection is refused. */
  follow(connection: ClusterConnection): Promise<void>;
  /** How many connections were made to pods so far, and how many came to nothing. */
  counts(): { connected: number; refused: number };
  close(): Promise<void>;
}

export interface ServiceNetworkOptions {
  /** Path of the Unix socket on which it listens. */
  socket: string;
  /** Where on this machine a pod's port is; undefined where nothing listens any more. */
  portOf(endpoint: Endpoint): number | undefined;
  /**
   * Until a change of EndpointSlices is in force, in milliseconds.
   * @default 1000, kube-proxy's `minSyncPeriod`
   */
  syncMs?: number;
}

/**
 * One machine has no kube-proxy: rewriting packets takes root, and kernel modules. Here the API server hands its connections
 * to Services over to a proxy, as it does in clusters with Konnectivity (`EgressSelectorConfiguration`, `cluster`, HTTP
 * CONNECT), and the proxy does with them what iptables would: it picks an endpoint by chance, from rules that lag behind the
 * EndpointSlices; a connection that was made stays with its pod, ready or not, until either end closes it; where there is no
 * endpoint, or nobody listens at its address, it is refused. What differs: each byte passes through this process.
 */
export async function startServiceNetwork({
  socket,
  portOf,
  syncMs = 1_000,
}: ServiceNetworkOptions): Promise<ServiceNetwork> {
  let rules: ServiceRules = new Map();
  let syncing: NodeJS.Timeout | undefined;
  const followed: { close(): Promise<void> }[] = [];
  const open = new Set<Duplex>();
  const counts = { connected: 0, refused: 0 };
  const keep = (one: Duplex) => {
    open.add(one);
    one.once("close", () => open.delete(one));
  };

  const server = createServer();
  server.on("connect", (request: IncomingMessage, caller: Duplex) => {
    keep(caller);
    caller.on("error", () => {});
    const endpoints = rules.get(request.url ?? "") ?? [];
    const endpoint = endpoints[Math.floor(Math.random() * endpoints.length)];
    const port = endpoint && portOf(endpoint);
    const refuse = () => {
      counts.refused++;
      caller.end("HTTP/1.1 502 connection refused\r\n\r\n");
    };
    if (port === undefined) return refuse();
    const pod = connect({ host: "127.0.0.1", port, noDelay: true });
    keep(pod);
    pod.once("error", refuse);
    pod.once("connect", () => {
      counts.connected++;
      pod.off("error", refuse);
      caller.write("HTTP/1.1 200 OK\r\n\r\n");
      join(caller, pod);
    });
  });
  server.listen(socket);
  await once(server, "listening");

  const sync = (read: () => ServiceRules) => {
    syncing ??= setTimeout(() => {
      syncing = undefined;
      rules = read();
    }, syncMs);
  };

  return {
    egressSelector: {
      apiVersion: "apiserver.k8s.io/v1beta1",
      kind: "EgressSelectorConfiguration",
      egressSelections: [
        {
          name: "cluster",
          connection: { proxyProtocol: "HTTPConnect", transport: { uds: { udsName: socket } } },
        },
      ],
    },
    counts: () => ({ ...counts }),
    async follow(connection) {
      let services: Followed<"v1/services"> | undefined;
      let slices: Followed<"discovery.k8s.io/v1/endpointslices"> | undefined;
      const changed = () =>
        sync(() => serviceRules(services?.items() ?? [], slices?.items() ?? []));
      services = await follow(connection, "v1/services", changed);
      followed.push(services);
      slices = await follow(connection, "discovery.k8s.io/v1/endpointslices", changed);
      followed.push(slices);
    },
    async close() {
      clearTimeout(syncing);
      for (const one of followed) await one.close();
      clearTimeout(syncing);
      for (const one of open) one.destroy();
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}

/** As a network does: what one end sends or closes, the other receives, and a reset resets. */
function join(caller: Duplex, pod: Socket): void {
  caller.pipe(pod);
  pod.pipe(caller);
  for (const [one, other] of [
    [caller, pod],
    [pod, caller],
  ] as const) {
    one.on("error", () => other.destroy());
    one.once("close", () => other.destroy());
  }
}
