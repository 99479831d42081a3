import type { Certificate } from "./certificate.ts";
import type { Measured } from "./load.ts";
import { measure } from "./load.ts";
import { benchMemory } from "./memory.ts";
import { sizes } from "./reviews.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { median, spread } from "./statistics.ts";

const PATH = "/mutate/pods.gatewright.dev?timeout=10s";

/** The servers, each with the one that it is compared with: right before it or right after it. */
const variants = [
  { name: "bare node:https", script: "bare-server.ts", idle: "", beside: undefined },
  { name: "run-as-nonroot", script: "gatewright-server.ts", idle: "0", beside: 0 },
  { name: "and 1 idle plugin", script: "gatewright-server.ts", idle: "1", beside: 1 },
  { name: "and 10 idle plugins", script: "gatewright-server.ts", idle: "10", beside: 1 },
  { name: "and 100 idle plugins", script: "gatewright-server.ts", idle: "100", beside: 1 },
] as const;

interface Round extends Measured {
  cpuMsPerRequest: number;
}

/** Two servers measured one after the other: a machine drifts within seconds. */
interface Pair {
  base: Round;
  server: Round;
}

/** How much is measured. */
export interface Amount {
  rounds: number;
  seconds: number;
}

/** The servers called directly, in turn, round after round. Gives tables in Markdown. */
export async function benchDirect(
  certificate: Certificate & { folder: string },
  { rounds, seconds }: Amount,
  say: (line: string) => void,
): Promise<string> {
  const servers: ServerProcess[] = [];
  const tables: string[] = [];
  try {
    for (const [index, { name, script, idle }] of variants.entries()) {
      const port = 19_443 + index;
      const args = [certificate.certFile, certificate.keyFile, String(port), idle];
      servers.push(await startServer(name, script, args, port));
    }
    for (const newConnections of [false, true]) {
      for (const size of sizes) {
        const what = `${size.name}, ${newConnections ? "a new connection each call" : "16 kept-alive connections"}`;
        const results = servers.map((): Pair[] => []);
        const call = async (index: number): Promise<Round> => {
          const server = servers[index] as ServerProcess;
          const before = server.cpuSeconds();
          const url = `https://127.0.0.1:${server.port}${PATH}`;
          const load = { url, body: size.body, seconds, newConnections };
          const measured = await measure(load, certificate.folder);
          const cpu = (server.cpuSeconds() - before) * 1000;
          return { ...measured, cpuMsPerRequest: cpu / measured.requests };
        };
        // The first round warms the compilers up, and is not counted.
        for (let round = 0; round <= rounds; round++) {
          say(`${what}: round ${round} of ${rounds}`);
          for (const [index, { beside }] of variants.entries()) {
            if (beside === undefined) continue;
            // Every other round the other way round, so that a drift favours nobody.
            const first = round % 2 === 0 ? await call(beside) : undefined;
            const server = await call(index);
            const base = first ?? (await call(beside));
            if (round > 0) results[index]?.push({ base, server });
          }
        }
        tables.push(table(what, results));
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  const measured = variants.filter(({ beside, idle }) => beside !== 1 || idle === "100");
  const amount = { path: PATH, rounds: Math.ceil(rounds / 2) };
  tables.push(await benchMemory(measured, certificate, amount, say));
  return tables.join("\n");
}

function table(what: string, results: readonly Pair[][]): string {
  const rows = variants.map(({ name, beside }, index) => {
    const pairs = results[index] as Pair[];
    const own =
      beside === undefined
        ? results.flatMap((each, other) =>
            variants[other]?.beside === index ? each.map(({ base }) => base) : [],
          )
        : pairs.map(({ server }) => server);
    const middle = (of: (round: Round) => number) => median(own.map(of));
    const ratio = (of: (round: Round) => number) =>
      beside === undefined ? "" : spread(pairs.map(({ base, server }) => of(server) / of(base)));
    return [
      name,
      middle((round) => round.requestsPerSecond).toFixed(0),
      beside === undefined ? "" : variants[beside].name,
      ratio((round) => round.requestsPerSecond),
      ratio((round) => 1 / round.cpuMsPerRequest),
      (middle((round) => round.cpuMsPerRequest) * 1000).toFixed(0),
      middle((round) => round.p50Ms).toFixed(2),
      middle((round) => round.p99Ms).toFixed(2),
    ].join(" | ");
  });
  return [
    `### ${what}`,
    "",
    "| server | req/s | beside | ratio of req/s | ratio by CPU | CPU µs a request | p50 ms | p99 ms |",
    "|---|---|---|---|---|---|---|---|",
    ...rows.map((row) => `| ${row} |`),
    "",
  ].join("\n");
}

/** From the start of the process to its first answer, bare and ours in turn. */
export async function benchColdStart(
  certificate: { certFile: string; keyFile: string },
  rounds: number,
  say: (line: string) => void,
): Promise<string> {
  const { coldStart } = await import("./cold-start.ts");
  const body = sizes[0]?.body ?? "";
  const times: [bare: number, ours: number][] = [];
  for (let round = 0; round <= rounds; round++) {
    say(`cold start: round ${round} of ${rounds}`);
    const pair: number[] = [];
    for (const [index, { script, idle }] of variants.slice(0, 2).entries()) {
      const port = 19_453 + index;
      const args = [certificate.certFile, certificate.keyFile, String(port), idle];
      pair.push(await coldStart(script, args, port, PATH, body));
    }
    // The first round fills the page cache.
    if (round > 0) times.push(pair as [number, number]);
  }
  return [
    "### Cold start: from the start of the process to its first answer",
    "",
    "| server | ms | of bare |",
    "|---|---|---|",
    `| bare node:https | ${median(times.map(([bare]) => bare)).toFixed(0)} | 1 |`,
    `| run-as-nonroot | ${median(times.map(([, ours]) => ours)).toFixed(0)} | ${spread(times.map(([bare, ours]) => ours / bare))} |`,
    "",
  ].join("\n");
}
