import type {
  ILeaseGrantResponse,
  IMemberListResponse,
  IStatusResponse,
  ITxnRequest,
  ITxnResponse,
  Services,
} from "etcd3";
import { ConnectionPool } from "etcd3/lib/connection-pool.js";
import { CallFailure, callFailure, type GrpcError, LEASE_NOT_FOUND, LOST } from "./call-failure.ts";
import { createDialledSockets } from "./dialled-sockets.ts";
import type { EtcdId, Member, MemberStatus } from "./member-status.ts";

/** What TLS needs, as PEM. */
export interface Credentials {
  readonly rootCertificate: Buffer;
  /** The client's own, or neither. */
  readonly privateKey?: Buffer;
  readonly certChain?: Buffer;
  /**
   * The name that the members' certificates are held to, instead of the endpoint's host. Needed for
   * endpoints that are IP addresses: Node 26 refuses those as names of a TLS server.
   */
  readonly serverName?: string;
}

/** The members as one member knows them. */
export interface MemberList {
  /** Whose list it is. */
  readonly from: EtcdId;
  readonly members: readonly Member[];
}

/**
 * Calls to one member. Each has a deadline of its own, is made once, and rejects with a
 * {@link CallFailure}. Ids and revisions are decimal strings, because they are 64 bit wide.
 */
export interface MemberClient {
  readonly endpoint: string;
  status(timeoutMs: number): Promise<MemberStatus>;
  /** The list as this member has it, without asking the others. */
  memberList(timeoutMs: number): Promise<MemberList>;
  /** Only the leader does it; resolves when the other one leads. */
  moveLeader(targetId: EtcdId, timeoutMs: number): Promise<void>;
  /** Resolves with the id of a lease that lives at least `seconds`. */
  grantLease(seconds: number, timeoutMs: number): Promise<EtcdId>;
  /** Deletes what lives under it; a lease that is gone is well. */
  revokeLease(id: EtcdId, timeoutMs: number): Promise<void>;
  txn(request: ITxnRequest, timeoutMs: number): Promise<ITxnResponse>;
  /** Open TCP connections, also those that are being opened. */
  connections(): number;
  /** Waits for the calls under way, then leaves nothing open. Later calls fail. */
  close(): Promise<void>;
}

const channelOptions = {
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1_000,
  // A pod that was restarted has another address, and gRPC asks for it every 30 s.
  "grpc.dns_min_time_between_resolutions_ms": 1_000,
  // Spares a TXT lookup for each name.
  "grpc.service_config_disable_resolution": 1,
  "grpc.enable_retries": 0,
  "grpc.enable_http_proxy": 0,
  "grpc.enable_channelz": 0,
  "grpc.primary_user_agent": "gatewright-etcd-leader-guard",
} as const;

type Unary = (
  request: unknown,
  metadata: unknown,
  options: { deadline: number },
  done: (error: GrpcError | null, response?: unknown) => void,
) => void;

/** One life of the connection: given up as a whole when it is silent. */
interface Dialled {
  readonly pool: ConnectionPool;
  /** gRPC's clients of it, one for each of etcd's services, over a single connection. */
  readonly services: Set<{ close(): void }>;
}

/**
 * A client of one endpoint, which dials at its first call. There is no password login: etcd3 asks
 * for the token without a deadline, and a token that expired is asked for over and over; so where
 * etcd's authentication is on, the client certificate's common name is the user.
 *
 * It needs no keep-alive pings. When a call gets no answer and not one byte has arrived since it was
 * made, the connection is given up, and the next call dials anew: a black hole that has healed is
 * left with that call, whether it swallowed the connection or the attempt to open one. (etcd
 * answers pings between calls with `too_many_pings`.)
 *
 * @param endpoint `http://host:port` or `https://host:port`
 * @param credentials For https
 * @throws Error where OpenSSL cannot read the credentials
 */
export function createMemberClient(endpoint: string, credentials?: Credentials): MemberClient {
  const sockets = createDialledSockets();
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  let hasAnswered = false;
  let dialled = prepare(endpoint, credentials);

  /** Ends what is open; etcd3's own closing waits for a connection that is yet to come. */
  function giveUp({ pool, services }: Dialled): Promise<void> {
    for (const service of services) service.close();
    services.clear();
    pool.close();
    return sockets.end();
  }

  async function call<T>(
    service: keyof typeof Services,
    method: string,
    request: unknown,
    timeoutMs: number,
  ): Promise<T> {
    const used = dialled;
    const before = sockets.received();
    const outcome = await sockets.run(() =>
      // etcd3 reads the errors that it sees as reasons to break circuits and to reset: it sees none.
      used.pool.withConnection(service, ({ client, metadata }) => {
        used.services.add(client);
        return new Promise<{ error: GrpcError | null; response: unknown }>((resolve) => {
          const unary = (client as unknown as Record<string, Unary>)[method] as Unary;
          const options = { deadline: Date.now() + timeoutMs };
          const done = (error: GrpcError | null, response: unknown) => resolve({ error, response });
          unary.call(client, request, metadata, options, done);
        });
      }),
    );
    if (outcome.error === null) {
      hasAnswered = true;
      return outcome.response as T;
    }
    const failure = callFailure(outcome.error, timeoutMs);
    if (failure.kind === "deadline" && dialled === used && sockets.received() === before) {
      dialled = prepare(endpoint, credentials);
      void track(giveUp(used));
    }
    // Cut off by us, for the silence that another call met: nobody says that the member is gone.
    if (failure.kind === "unreachable" && dialled !== used) {
      throw new CallFailure("deadline", "no answer, and its connection was given up");
    }
    if (failure.message === LOST && !hasAnswered && endpoint.startsWith("http:")) {
      throw new CallFailure(failure.kind, `${LOST}: does it speak TLS? Then write https`);
    }
    throw failure;
  }

  async function track<T>(work: Promise<T>): Promise<T> {
    underWay.add(work);
    try {
      return await work;
    } finally {
      underWay.delete(work);
    }
  }

  async function tracked<T>(...args: Parameters<typeof call>): Promise<T> {
    if (closing !== undefined) throw new CallFailure("closed", "its client is closed");
    return await track(call<T>(...args));
  }

  return {
    endpoint,
    async status(timeoutMs) {
      return statusOf(await tracked<IStatusResponse>("Maintenance", "status", {}, timeoutMs));
    },
    async memberList(timeoutMs) {
      const { header, members } = await tracked<IMemberListResponse>(
        "Cluster",
        "memberList",
        {},
        timeoutMs,
      );
      const listed = members.map(({ ID, name, peerURLs, clientURLs, isLearner }) => {
        return { id: ID, name, peerURLs, clientURLs, isLearner };
      });
      return { from: header.member_id, members: listed };
    },
    async moveLeader(targetID, timeoutMs) {
      await tracked("Maintenance", "moveLeader", { targetID }, timeoutMs);
    },
    async grantLease(seconds, timeoutMs) {
      const request = { TTL: Math.ceil(seconds) };
      return (await tracked<ILeaseGrantResponse>("Lease", "leaseGrant", request, timeoutMs)).ID;
    },
    async revokeLease(ID, timeoutMs) {
      try {
        await tracked("Lease", "leaseRevoke", { ID }, timeoutMs);
      } catch (error) {
        if (!(error instanceof CallFailure && error.message === LEASE_NOT_FOUND)) {
          throw error;
        }
      }
    },
    txn: (request, timeoutMs) => tracked<ITxnResponse>("KV", "txn", request, timeoutMs),
    connections: () => sockets.open(),
    close() {
      closing ??= (async () => {
        while (underWay.size > 0) await Promise.allSettled(underWay);
        await giveUp(dialled);
        await sockets.close();
      })();
      return closing;
    },
  };
}

function prepare(endpoint: string, credentials: Credentials | undefined): Dialled {
  const { serverName, ...pem } = credentials ?? {};
  const names = serverName && {
    "grpc.ssl_target_name_override": serverName,
    "grpc.default_authority": serverName,
  };
  const pool = new ConnectionPool({
    hosts: endpoint,
    ...(credentials && { credentials: { ...pem, rootCertificate: credentials.rootCertificate } }),
    grpcOptions: { ...channelOptions, ...names },
  });
  return { pool, services: new Set() };
}

function statusOf(response: IStatusResponse): MemberStatus {
  return {
    memberId: response.header.member_id,
    clusterId: response.header.cluster_id,
    leaderId: response.leader,
    raftTerm: BigInt(response.raftTerm),
    raftIndex: BigInt(response.raftIndex),
    raftAppliedIndex: BigInt(response.raftAppliedIndex),
    isLearner: response.isLearner,
    errors: response.errors,
  };
}
