import type { Pipeline } from "@gatewright/core";
import type { EtcdCluster } from "@gatewright/testing/control-plane";
import type { Certificate } from "../certificate.ts";
import { measure } from "../load.ts";
import { type ServerProcess, startServer } from "../server-process.ts";
import { median, spread } from "../statistics.ts";
import { bodyOf, unguarded } from "./departures.ts";
import { guardOf, idle, PATH, pipelineOf, reviewerOf } from "./guarded.ts";

/** How much is measured. */
export interface Amount {
  rounds: number;
  /** Reviews of each kind in a round, without TLS and HTTP. */
  reviews: number;
  /** Of load on each server in a round. */
  seconds: number;
}

type Measure = () => Promise<{ micros: number; perSecond?: number }>;

/** What a pod costs that is no member's, beside a plugin with the same rules that does nothing. */
export async function benchUnguarded(
  etcd: EtcdCluster,
  certificate: Certificate & { folder: string },
  amount: Amount,
  say: (line: string) => void,
): Promise<string> {
  return [
    await inPipeline(etcd, amount, say),
    await overHttps(etcd, certificate, amount, say),
  ].join("\n");
}

async function inPipeline(
  etcd: EtcdCluster,
  { rounds, reviews }: Amount,
  say: (line: string) => void,
): Promise<string> {
  const pods = etcd.members.map(({ name }) => name);
  const idlePipeline = await pipelineOf(idle());
  const guarded = await pipelineOf(guardOf(etcd.endpoints, pods));
  const measureOf =
    (pipeline: Pipeline, index: number): Measure =>
    async () => {
      const { request } = unguarded[index] as (typeof unguarded)[number];
      const reviewer = reviewerOf(pipeline);
      const started = performance.now();
      for (let count = 0; count < reviews; count++) await reviewer.review(request);
      return { micros: ((performance.now() - started) * 1000) / reviews };
    };
  try {
    const results = await inTurn(
      unguarded.flatMap((_, index) => [measureOf(idlePipeline, index), measureOf(guarded, index)]),
      rounds,
      (round) => say(`unguarded, pipeline: round ${round} of ${rounds}`),
    );
    return table("without TLS and HTTP", "µs a review", results);
  } finally {
    await guarded.close();
    await idlePipeline.close();
  }
}

async function overHttps(
  etcd: EtcdCluster,
  { certFile, keyFile, folder }: Certificate & { folder: string },
  { rounds, seconds }: Amount,
  say: (line: string) => void,
): Promise<string> {
  const servers: ServerProcess[] = [];
  try {
    for (const [index, what] of ["idle", "guard"].entries()) {
      const port = 19_473 + index;
      const members = etcd.members.map(({ name, endpoint }) => [name, endpoint]);
      const args = [certFile, keyFile, String(port), what, JSON.stringify(members)];
      servers.push(await startServer(what, "etcd/guard-server.ts", args, port));
    }
    const measureOf =
      (server: ServerProcess, index: number): Measure =>
      async () => {
        const body = bodyOf((unguarded[index] as (typeof unguarded)[number]).request);
        const url = `https://127.0.0.1:${server.port}${PATH}?timeout=10s`;
        const before = server.cpuSeconds();
        const measured = await measure({ url, body, seconds, newConnections: false }, folder);
        const micros = ((server.cpuSeconds() - before) * 1e6) / measured.requests;
        return { micros, perSecond: measured.requestsPerSecond };
      };
    const results = await inTurn(
      unguarded.flatMap((_, index) => servers.map((server) => measureOf(server, index))),
      rounds,
      (round) => say(`unguarded, HTTPS: round ${round} of ${rounds}`),
    );
    return table("over HTTPS, 16 kept-alive connections", "CPU µs a request", results);
  } finally {
    for (const server of servers) await server.stop();
  }
}

type Measured = Awaited<ReturnType<Measure>>;

/** Each in turn, round after round, every other round backwards; the first warms up. */
async function inTurn(
  measures: readonly Measure[],
  rounds: number,
  begin: (round: number) => void,
): Promise<Measured[][]> {
  const results = measures.map((): Measured[] => []);
  for (let round = 0; round <= rounds; round++) {
    begin(round);
    const order = [...measures.keys()];
    for (const index of round % 2 === 0 ? order : order.toReversed()) {
      const measured = await (measures[index] as Measure)();
      if (round > 0) results[index]?.push(measured);
    }
  }
  return results;
}

/** Results come in pairs: the idle plugin, then the guard. */
function table(how: string, unit: string, results: readonly (readonly Measured[])[]): string {
  const perSecond = results[0]?.[0]?.perSecond !== undefined;
  const rows = results.map((rounds, index) => {
    const base = results[index - (index % 2)] as readonly Measured[];
    const ratios = rounds.map(({ micros }, round) => micros / (base[round]?.micros ?? Number.NaN));
    const cells = [
      index % 2 === 0 ? "an idle plugin" : "the guard",
      unguarded[index >> 1]?.name,
      ...(perSecond ? [median(rounds.map((each) => each.perSecond ?? 0)).toFixed(0)] : []),
      median(rounds.map(({ micros }) => micros)).toFixed(perSecond ? 0 : 2),
      index % 2 === 0 ? "1" : spread(ratios),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    `### An unguarded pod's deletion, ${how}`,
    "",
    `| plugin | pod | ${perSecond ? "req/s | " : ""}${unit} | of the idle plugin |`,
    `|---|---|---|---|${perSecond ? "---|" : ""}`,
    ...rows,
    "",
  ].join("\n");
}
