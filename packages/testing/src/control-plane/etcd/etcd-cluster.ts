import type { ControlPlaneBinaries } from "../binaries.ts";
import type { EtcdTls } from "./etcd-tls.ts";
import type { TcpProxy } from "./tcp-proxy.ts";

export interface EtcdOptions {
  /** How many founding members, called `etcd-0` and so on, or their names. @default 1 */
  members?: number | readonly string[];
  /**
   * Whether clients are served by TLS, and with `"mutual"` need a certificate by the cluster's CA.
   * Peers never use it. @default false
   */
  tls?: false | "server" | "mutual";
  /** Names and addresses in the members' certificate besides localhost and 127.0.0.1. */
  hosts?: readonly string[];
  /**
   * Whether etcd's own authentication is on: user `root` may do everything, `guest` nothing. Both
   * log in by password or, with `tls: "mutual"`, by the common name of their certificate.
   * @default false
   */
  auth?: boolean;
  /** Whether there is a proxy before each member, and one before its peer port. @default false */
  proxied?: boolean;
  /** For `--initial-cluster-token`: with another one, all ids differ. @default a random one */
  clusterName?: string;
  /** Milliseconds until a leader that is not heard of is replaced; a tenth is its heartbeat. @default 1000 */
  electionMs?: number;
  /** Whether the founding members run, and the cluster is healthy, at the end. @default true */
  start?: boolean;
  /** More flags for every member, after ours. */
  args?: readonly string[];
  /** What `findControlPlane()` gave. @default it is called, and may build */
  binaries?: Pick<ControlPlaneBinaries, "etcd">;
  /** Receives one line of progress at a time. @default a line on stderr */
  log?: (line: string) => void;
  /** Milliseconds that a member, or a question to the cluster, may take. @default 30_000 */
  readyTimeoutMs?: number;
}

/** One member and its process. All of it is allowed in any state, and may be called twice. */
export interface EtcdMember {
  name: string;
  /** Its uint64 id in decimal. @throws Error where it has not been up yet */
  readonly id: string;
  /** Where clients are to reach it: `https://127.0.0.1:<port>`, with `proxied` its proxy. */
  endpoint: string;
  /** Where it listens. */
  directEndpoint: string;
  /** Between clients and this member. @throws Error unless the cluster is `proxied` */
  readonly proxy: TcpProxy;
  /** Whether there is a process, be it frozen. */
  readonly running: boolean;
  readonly frozen: boolean;
  readonly isolated: boolean;
  readonly pid: number | undefined;
  /** Path of its log, to which every process of this member appends. */
  logFile: string;
  /**
   * Starts its process, with the data that the last one left. Resolves when it answers, which takes
   * a quorum where it has never been up; with `untilReady: false` when the process is there.
   */
  start(options?: { untilReady?: boolean }): Promise<void>;
  /**
   * Ends its process, also a frozen one. Resolves when it is gone; SIGKILL follows after 5 s.
   * @default SIGTERM, at which a leader hands over; SIGKILL is the crash
   */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** SIGSTOP: its ports accept connections, and nobody answers. Resolves when it lies still. */
  freeze(): Promise<void>;
  /** SIGCONT. */
  resume(): void;
  /**
   * Cuts it off from its peers, both ways, while clients reach it; what is on its way is kept until
   * it may go on. @throws Error unless the cluster is `proxied`
   */
  isolate(): void;
  /** Undoes `isolate()`. */
  rejoin(): void;
}

/** What a member says of itself and of the cluster: its own opinion. uint64 are decimal strings. */
export interface EtcdStatus {
  memberId: string;
  clusterId: string;
  /** Id of the leader; "0" where it knows none. */
  leader: string;
  raftTerm: string;
  raftIndex: string;
  raftAppliedIndex: string;
  isLearner: boolean;
  version: string;
  /** Its alarms and the like. */
  errors: string[];
}

/** An entry of etcd's member list. */
export interface EtcdMemberEntry {
  id: string;
  /** Empty until it has started for the first time. */
  name: string;
  peerURLs: string[];
  clientURLs: string[];
  isLearner: boolean;
}

/** A running etcd cluster on 127.0.0.1, in a folder of its own. */
export interface EtcdCluster extends AsyncDisposable {
  /** Founding members, then those that were added. */
  readonly members: readonly EtcdMember[];
  /** Each member's `endpoint`. */
  readonly endpoints: readonly string[];
  /** The cluster's folder; gone after `stop()`. */
  dir: string;
  /** @throws Error without `tls` */
  readonly tls: EtcdTls;
  /** Names and passwords, where `auth` is on. */
  users: Readonly<Record<string, string>>;
  /** @throws Error where there is none of this name */
  member(name: string): EtcdMember;
  /** Asks one member, within 2 s. @throws where it does not answer */
  status(name: string): Promise<EtcdStatus>;
  /** etcd's member list as a member has it, without asking the others. @default any that answers */
  memberList(name?: string): Promise<EtcdMemberEntry[]>;
  /**
   * Waits until a majority of the voters name one leader at the highest term, and gives it.
   * @param options.otherThan waits for another leader than this member
   */
  leader(options?: { otherThan?: string; timeoutMs?: number }): Promise<EtcdMember>;
  /** Hands leadership to this member. Resolves when `leader()` is it. */
  moveLeader(name: string): Promise<void>;
  /**
   * Waits until all members that run, and are neither frozen nor isolated, name one leader and serve
   * linearizable reads.
   */
  healthy(options?: { timeoutMs?: number }): Promise<void>;
  /**
   * Adds a member and, unless told otherwise, starts it.
   * @param options.name @default `etcd-<count>`
   * @param options.start false: the cluster counts it, and nobody runs
   */
  addMember(options?: { name?: string; learner?: boolean; start?: boolean }): Promise<EtcdMember>;
  /** Makes a learner a voter, as soon as etcd finds that it has caught up. */
  promote(name: string): Promise<void>;
  /** Takes a member off the cluster's list, and ends its process. */
  removeMember(name: string): Promise<void>;
  /**
   * One call of etcd's JSON gateway as `root`, past all proxies: `call("/v3/kv/put", { key, value })`
   * with both in base64. @param options.member @default any that answers
   *
   * @throws {EtcdCallError} where etcd said no
   */
  call(
    path: string,
    body?: object,
    options?: { member?: string; timeoutMs?: number },
    // oxlint-disable-next-line typescript/no-explicit-any -- as many shapes as there are paths
  ): Promise<any>;
  /** Ends everything and removes the folder. A second call is the first one. */
  stop(): Promise<void>;
}
