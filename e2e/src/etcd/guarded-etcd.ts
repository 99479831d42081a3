import type { Logger } from "@gatewright/core";
import { connectCluster } from "@gatewright/kubernetes";
import guard from "@gatewright/plugin-etcd-leader-guard";
import { type EtcdCluster, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before } from "mocha";
import type { TestBed } from "../test-bed.ts";
import { type EtcdInPods, startEtcdInPods } from "./etcd-in-pods.ts";
import { guardTraces } from "./guard-traces.ts";
import { useNodes } from "./nodes.ts";
import { type Replicas, serveReplicas } from "./serve-replicas.ts";
import { startWriter, type Writer } from "./writer.ts";

/** Name of the guard's webhook. */
export const guardName = "etcd.e2e.gatewright.dev";

/**
 * How long a member waits for a leader that it does not hear. So long that an election by timeout
 * cannot be taken for anything else that happens here.
 */
export const electionMs = 5_000;

type Config = Parameters<typeof guard>[0];

type ClusterPart = Partial<Config["clusters"][number]>;

export interface GuardedEtcdOptions {
  /** @default 3 */
  members?: number;
  /** How many servers guard it. @default 1 */
  replicas?: number;
  /** Of the cluster's configuration, what is not as usual. */
  cluster?: ClusterPart | ((etcd: EtcdCluster) => ClusterPart);
  podLookup?: Config["podLookup"];
  breakGlass?: Config["breakGlass"];
  /** What is done to the cluster before the guard, and the writer, begin. */
  prepare?: (pods: EtcdInPods) => Promise<void>;
}

/** An etcd in pods, guarded, while somebody writes to it. */
export interface GuardedEtcd {
  readonly etcd: EtcdCluster;
  readonly pods: EtcdInPods;
  readonly writer: Writer;
  /** When the guard began. */
  readonly firstTerm: bigint;
  /** How often the guard has moved the leadership. */
  moves(): number;
  /** How often the guard has missed a member of whose pod's end nobody told it. */
  missed(): number;
  /** How often the leadership went elsewhere by somebody else's will; a test counts it up. */
  movesByOthers: number;
  /** How many departures came to this verdict, `allow` or `deny`, for this reason, or for any. */
  verdicts(verdict?: string, reason?: string): Promise<number>;
  /** The same, for each of the servers. */
  verdictsOfEach(verdict?: string, reason?: string): Promise<number[]>;
  /** The leader's name, then the others'. */
  roles(): Promise<[string, ...string[]]>;
  /** Waits until the pods are ready, and no member has a grant any more. */
  untilCalm(): Promise<void>;
}

/** Call it in a `describe`, after `useTestBed()`: it adds the hooks that make and end it all. */
export function useGuardedEtcd(
  bed: TestBed,
  {
    members = 3,
    replicas = 1,
    cluster = {},
    podLookup = "name",
    breakGlass = {},
    prepare,
  }: GuardedEtcdOptions = {},
): GuardedEtcd {
  let pods: EtcdInPods | undefined;
  let writer: Writer | undefined;
  let firstTerm = 0n;
  let servers: Replicas | undefined;
  let moves = 0;
  let missed = 0;

  useNodes();
  before("start a guarded etcd", async () => {
    pods = await startEtcdInPods(bed.plane, bed.namespace, { members, electionMs });
    const { etcd } = pods;
    await prepare?.(pods);
    firstTerm = (await guardTraces(etcd)).term;
    const config: Config["clusters"][number] = {
      name: "main",
      namespace: bed.namespace,
      selector: { matchLabels: { app: "etcd" } },
      members: { endpoints: [...etcd.endpoints], pods: etcd.members.map(({ name }) => name) },
      retryAfterSeconds: 1,
      ...(typeof cluster === "function" ? cluster(etcd) : cluster),
    };
    const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": bed.namespace } };
    const log = listener((message) => {
      if (message === "etcd: leadership moved") moves++;
      if (message === "etcd: a member with a grant has left") missed++;
    });
    const options = () => ({
      webhooks: {
        [guardName]: {
          plugins: [guard({ clusters: [config], podLookup, breakGlass })],
          failurePolicy: "Fail" as const,
        },
      },
      metrics: { port: 0 },
      cluster: () => connectCluster({ kubeconfig: bed.plane.kubeconfig }),
      log,
    });
    servers = await serveReplicas(bed, replicas, options, { policy: { namespaceSelector } });
    writer = startWriter(etcd);
  });
  afterEach(() => {
    expect(pods?.kubelet.refused).to.deep.equal([]);
  });
  after("end the guarded etcd", async () => {
    await writer?.stop();
    await servers?.close();
    await pods?.stop();
  });

  const guarded: GuardedEtcd = {
    get etcd() {
      return guarded.pods.etcd;
    },
    get pods() {
      if (pods === undefined) throw new Error("etcd is there from the suite's hooks on");
      return pods;
    },
    get writer() {
      if (writer === undefined) throw new Error("the writer is there from the suite's hooks on");
      return writer;
    },
    get firstTerm() {
      return firstTerm;
    },
    moves: () => moves,
    missed: () => missed,
    movesByOthers: 0,
    async verdicts(verdict, reason) {
      return (await guarded.verdictsOfEach(verdict, reason)).reduce((sum, each) => sum + each, 0);
    },
    async verdictsOfEach(verdict, reason) {
      const ports = servers?.servers.map(({ metricsPort }) => metricsPort) ?? [];
      return Promise.all(ports.map((port) => verdictsAt(port, verdict, reason)));
    },
    async roles() {
      const leader = (await guarded.etcd.leader()).name;
      const names = guarded.etcd.members.map(({ name }) => name);
      return [leader, ...names.filter((name) => name !== leader)];
    },
    async untilCalm() {
      await guarded.pods.untilReady();
      await waitUntil(async () => (await guardTraces(guarded.etcd)).granted.length === 0, {
        what: "the grants to end",
      });
    },
  };
  return guarded;
}

/** What one server has counted. */
async function verdictsAt(
  port: number | undefined,
  verdict: string | undefined,
  reason: string | undefined,
): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const line = /^gatewright_etcd_leader_guard_verdicts_total\{(.*)\} (\d+)$/gm;
  const wanted = Object.entries({ verdict, reason }).filter(([, value]) => value !== undefined);
  return [...metrics.matchAll(line)]
    .filter(([, labels]) => wanted.every(([name, value]) => labels?.includes(`${name}="${value}"`)))
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}

/** A logger that is heard and not read. */
function listener(hear: (message: string) => void): Logger {
  const method = (...line: [object, string] | [string]) => hear(line.at(-1) as string);
  const logger: Logger = {
    ...{ debug: method, info: method, warn: method, error: method },
    child: () => logger,
  };
  return logger;
}
