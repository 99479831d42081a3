import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onFreePorts } from "../component.ts";
import { findControlPlane } from "../find-control-plane.ts";
import { logToStderr } from "../log.ts";
import { createOrphanGuard, type OrphanGuard } from "../orphan-guard.ts";
import { createClusterView } from "./cluster-view.ts";
import type { EtcdCluster, EtcdMember, EtcdOptions } from "./etcd-cluster.ts";
import { createEtcdGateway } from "./etcd-gateway.ts";
import { createMember, type MemberContext, type OwnMember } from "./etcd-member.ts";
import { createAuthToken, enableAuth } from "./etcd-users.ts";
import { createMembership } from "./membership.ts";
import { createPeerProxies } from "./peer-proxies.ts";

/**
 * Starts a real etcd cluster on this machine, without fsync: its data live no longer than it does.
 * Healthy in two seconds once the binary is there, which `findControlPlane` sees to. Nothing of it
 * outlives this process, however that ends.
 *
 * @throws {ControlPlaneUnavailable} where the binary is not to be had
 * @throws Error with the last lines of a member's log where that does not come up
 * @example
 * await using etcd = await startEtcd({ members: 3, tls: "mutual" });
 * await (await etcd.leader()).stop("SIGKILL");
 */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdCluster> {
  const { members = 1, log = logToStderr } = options;
  if (options.auth && options.start === false) {
    throw new Error("auth is turned on by a cluster that runs: `start: false` leaves no such one");
  }
  const count = typeof members === "number" ? members : members.length;
  const names =
    typeof members === "number"
      ? Array.from({ length: members }, (_, index) => `etcd-${index}`)
      : members;
  const { etcd } = options.binaries ?? (await findControlPlane({ log }));

  return onFreePorts(2 * count, async (ports) => {
    const dir = await mkdtemp(join(await realpath(tmpdir()), "gatewright-etcd-"));
    const guard = createOrphanGuard(dir);
    const closers: (() => Promise<void>)[] = [];
    const stop = once(async () => {
      await Promise.all(closers.splice(0).map((close) => close()));
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
      await guard.release();
    });
    try {
      const context = await prepare(dir, guard, etcd, options);
      if (context.peerProxies) closers.push(context.peerProxies.close);
      return await startOn(context, names, ports, { closers, stop });
    } catch (error) {
      await stop();
      throw error;
    }
  });
}

async function prepare(
  dir: string,
  guard: OrphanGuard,
  etcd: string,
  options: EtcdOptions,
): Promise<MemberContext> {
  const { log = logToStderr, readyTimeoutMs = 30_000, hosts = [] } = options;
  for (const name of ["logs", "data", "home"]) await mkdir(join(dir, name));
  const tls = options.tls
    ? // Not before it is needed: the certificates' library takes a while to load.
      await (await import("./etcd-tls.ts")).createEtcdTls(join(dir, "tls"), [...hosts])
    : undefined;
  return {
    ...{ etcd, dir, guard, log, readyTimeoutMs, options, tls },
    // Nothing else of the user's: etcd reads ETCD_*.
    env: { PATH: process.env.PATH, HOME: join(dir, "home"), TMPDIR: dir },
    token: options.clusterName ?? `gatewright-${randomBytes(8).toString("hex")}`,
    authToken: options.auth ? await createAuthToken(dir) : undefined,
    gateway: createEtcdGateway(tls),
    peerProxies: options.proxied ? createPeerProxies() : undefined,
  };
}

async function startOn(
  context: MemberContext,
  names: readonly string[],
  ports: number[],
  { closers, stop }: { closers: (() => Promise<void>)[]; stop: () => Promise<void> },
): Promise<EtcdCluster> {
  const { dir, gateway, options, readyTimeoutMs, tls } = context;
  const own = new Map<string, OwnMember>();
  const initialCluster = async () => [
    "--initial-cluster",
    names.map((name) => `${name}=${own.get(name)?.peerUrl}`).join(","),
  ];
  for (const [index, name] of names.entries()) {
    const [client, peer] = ports.slice(2 * index) as [number, number];
    const founder = await createMember(context, name, { client, peer }, initialCluster);
    own.set(name, founder);
    closers.push(founder.close);
  }

  const members = [...own.values()].map(({ member }) => member);
  const learnId = ({ name }: EtcdMember, id: string) => own.get(name)?.learnId(id);
  const view = createClusterView(members, learnId, gateway, readyTimeoutMs);
  const membership = createMembership({ context, view, own, members, closers });
  let users = {};
  if (options.start !== false) {
    await Promise.all(members.map((member) => member.start()));
    await view.healthy();
    if (options.auth) users = await enableAuth(view, gateway);
  }

  const { member } = membership;
  const cluster = {
    ...{ members, dir, users, stop, [Symbol.asyncDispose]: stop },
    ...membership,
    get endpoints() {
      return members.map(({ endpoint }) => endpoint);
    },
    leader: view.leader,
    healthy: view.healthy,
    status: async (name) => view.status(member(name)),
    memberList: async (name) =>
      name === undefined ? view.memberList() : view.listOf(member(name)),
    call: async (path, body, { member: name, timeoutMs } = {}) =>
      name === undefined
        ? view.callAny(path, body, timeoutMs)
        : gateway.call(member(name).directEndpoint, path, body, timeoutMs),
  } satisfies Omit<EtcdCluster, "tls">;
  // On a prototype, where what prints a cluster does not meet it: it may throw.
  return Object.setPrototypeOf(cluster, {
    get tls() {
      if (tls) return tls;
      throw new Error("this etcd cluster has no TLS: start it with `tls`");
    },
  }) as EtcdCluster;
}

function once(step: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= step();
    return done;
  };
}
