import { join } from "node:path";
import type { OrphanGuard } from "../orphan-guard.ts";
import type { EtcdMember, EtcdOptions } from "./etcd-cluster.ts";
import type { EtcdGateway } from "./etcd-gateway.ts";
import type { EtcdTls } from "./etcd-tls.ts";
import { createMemberProcess } from "./member-process.ts";
import type { PeerProxies } from "./peer-proxies.ts";
import { readMemberList, readStatus } from "./read-status.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

/** What the members of one cluster share. */
export interface MemberContext {
  etcd: string;
  dir: string;
  env: NodeJS.ProcessEnv;
  guard: OrphanGuard;
  log: (line: string) => void;
  readyTimeoutMs: number;
  options: EtcdOptions;
  /** For `--initial-cluster-token`. */
  token: string;
  /** For `--auth-token`, where there is auth. */
  authToken: string | undefined;
  tls: EtcdTls | undefined;
  gateway: EtcdGateway;
  peerProxies: PeerProxies | undefined;
}

/** What the cluster knows of a member beside what its users see. */
export interface OwnMember {
  member: EtcdMember;
  /** By which its peers call it. */
  peerUrl: string;
  /** Tells its id, unless it is known. */
  learnId(id: string): void;
  close(): Promise<void>;
}

/**
 * Makes a member that does not run yet.
 *
 * @param ports where it listens for clients and for peers
 * @param initialCluster asked for each start: `--initial-cluster` and `--initial-cluster-state`
 */
export async function createMember(
  context: MemberContext,
  name: string,
  ports: { client: number; peer: number },
  initialCluster: () => Promise<string[]>,
): Promise<OwnMember> {
  const { gateway, peerProxies, tls } = context;
  const scheme = tls ? "https" : "http";
  const directEndpoint = `${scheme}://127.0.0.1:${ports.client}`;
  const proxy = peerProxies && (await startTcpProxy(ports.client));
  const endpoint = proxy ? `${scheme}://127.0.0.1:${proxy.port}` : directEndpoint;
  const peerPort = peerProxies ? await peerProxies.add(name, ports.peer) : ports.peer;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  let id: string | undefined;

  const ready = async () => {
    const { memberId } = await readStatus(gateway, directEndpoint);
    // A stranger may have the port, and ours be about to end.
    if (id !== undefined) return id === memberId;
    const list = await readMemberList(gateway, directEndpoint);
    if (list.find((entry) => entry.id === memberId)?.name !== name) return false;
    id = memberId;
    return true;
  };
  const { logFile, running, frozen, pid, ...control } = createMemberProcess({
    ...context,
    name,
    args: async () => [
      ...flags(context, name),
      ...["--listen-client-urls", directEndpoint, "--advertise-client-urls", endpoint],
      ...["--listen-peer-urls", `http://127.0.0.1:${ports.peer}`],
      ...["--initial-advertise-peer-urls", peerUrl],
      ...(await initialCluster()),
      ...(context.options.args ?? []),
    ],
    ready,
  });
  const needProxies = () => {
    if (peerProxies) return peerProxies;
    throw new Error("there are no proxies: start the cluster with `proxied: true`");
  };

  // On a prototype, where what prints a member does not meet them: they may throw.
  const asked = {
    get id() {
      if (id !== undefined) return id;
      throw new Error(`${name} has not been up yet: etcd has not told its id`);
    },
    get proxy() {
      needProxies();
      return proxy as NonNullable<typeof proxy>;
    },
  };
  const member: EtcdMember = Object.setPrototypeOf(
    {
      ...{ name, endpoint, directEndpoint, logFile, ...control },
      get running() {
        return running();
      },
      get frozen() {
        return frozen();
      },
      get isolated() {
        return peerProxies?.isIsolated(name) ?? false;
      },
      get pid() {
        return pid();
      },
      isolate: () => needProxies().isolate(name, asked.id),
      rejoin: () => needProxies().rejoin(name),
    },
    asked,
  );
  return {
    member,
    peerUrl,
    learnId(known) {
      id ??= known;
    },
    async close() {
      // Its data are about to go.
      await member.stop("SIGKILL");
      await proxy?.close();
    },
  };
}

function flags({ dir, options, token, authToken, tls }: MemberContext, name: string): string[] {
  const { electionMs = 1_000 } = options;
  return [
    ...["--name", name, "--data-dir", join(dir, "data", name), "--unsafe-no-fsync"],
    ...["--initial-cluster-token", token],
    // Else a member is added no sooner than 5 s after the last change to anything.
    "--strict-reconfig-check=false",
    ...["--election-timeout", String(electionMs)],
    ...["--heartbeat-interval", String(Math.max(1, Math.round(electionMs / 10)))],
    ...(authToken === undefined ? [] : ["--auth-token", authToken, "--bcrypt-cost", "4"]),
    ...(tls ? ["--cert-file", tls.server.certFile, "--key-file", tls.server.keyFile] : []),
    ...(tls && options.tls === "mutual"
      ? [
          ...["--client-cert-auth", "--trusted-ca-file", tls.caFile],
          // A member's gateway is a client of the member itself.
          ...["--client-cert-file", tls.operator.certFile],
          ...["--client-key-file", tls.operator.keyFile],
        ]
      : []),
  ];
}
