import type { Certificate } from "./certificate.ts";
import { type Load, type Measured, measure } from "./load.ts";
import { benchMemory } from "./memory.ts";
import { sizes } from "./reviews.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { median, spread } from "./statistics.ts";

const PATH = "/mutate/pods.gatewright.dev?timeout=10s";

/** The servers, each with the one that it is compared with in each round. */
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

/** How much is measured. */
export interface Amount {
  rounds: number;
  seconds: number;
}

/** As many rounds have the same processes, and the same hash seed: `startServer` says why there are others after. */
const ROUNDS_OF_A_PROCESS = 3;

/** As many slots of load each server gets before its first round: V8 compiles, and its young heap grows, for seconds. */
const WARM_UP_SLOTS = 3;

/** The servers called directly, in turn, round after round. Gives tables in Markdown. */
export async function benchDirect(
  certificate: Certificate & { folder: string },
  { rounds, seconds }: Amount,
  say: (line: string) => void,
): Promise<string> {
  const tables: string[] = [];
  for (const newConnections of [false, true]) {
    for (const size of sizes) {
      const what = `${size.name}, ${newConnections ? "a new connection each call" : "16 kept-alive connections"}`;
      const load = { body: size.body, seconds, newConnections };
      const results: Round[][] = [];
      while (results.length < rounds) {
        const servers = await startAll(certificate, results.length + 1);
        try {
          say(`${what}: round ${results.length + 1} of ${rounds}, warming up`);
          for (let slot = 0; slot < WARM_UP_SLOTS; slot++) {
            for (const server of servers) await measureSlot(server, load, certificate.folder);
          }
          for (let round = 0; round < ROUNDS_OF_A_PROCESS && results.length < rounds; round++) {
            say(`${what}: round ${results.length + 1} of ${rounds}`);
            results.push(await measureAll(servers, load, certificate.folder, results.length));
          }
        } finally {
          for (const server of servers) await server.stop();
        }
      }
      tables.push(table(what, results));
    }
  }
  const measured = variants.filter(({ beside, idle }) => beside !== 1 || idle === "100");
  const amount = { path: PATH, rounds: Math.ceil(rounds / 2) };
  tables.push(await benchMemory(measured, certificate, amount, say));
  return tables.join("\n");
}

async function startAll(
  { certFile, keyFile }: Certificate,
  hashSeed: number,
): Promise<ServerProcess[]> {
  const servers: ServerProcess[] = [];
  for (const [index, { name, script, idle }] of variants.entries()) {
    const port = 19_443 + index;
    const args = [certFile, keyFile, String(port), idle];
    servers.push(await startServer(name, script, args, port, hashSeed));
  }
  return servers;
}

/**
 * Every server once, beginning with another one each time, so that none is the first always, nor has more than its
 * share of the load. What it loses in the meantime, when others are called, it gets back in a slot that does not count.
 */
async function measureAll(
  servers: readonly ServerProcess[],
  load: Omit<Load, "url">,
  folder: string,
  round: number,
): Promise<Round[]> {
  const measured: Round[] = [];
  for (const turn of servers.keys()) {
    const index = (turn + round) % servers.length;
    const server = servers[index] as ServerProcess;
    await measureSlot(server, load, folder);
    measured[index] = await measureSlot(server, load, folder);
  }
  return measured;
}

async function measureSlot(
  server: ServerProcess,
  load: Omit<Load, "url">,
  folder: string,
): Promise<Round> {
  const before = server.cpuSeconds();
  const url = `https://127.0.0.1:${server.port}${PATH}`;
  const measured = await measure({ url, ...load }, folder);
  const cpu = (server.cpuSeconds() - before) * 1000;
  return { ...measured, cpuMsPerRequest: cpu / measured.requests };
}

function table(what: string, results: readonly Round[][]): string {
  const rows = variants.map(({ name, beside }, index) => {
    const of = (variant: number) => results.map((round) => round[variant] as Round);
    const own = of(index);
    const middle = (part: (round: Round) => number) => median(own.map(part));
    const ratio = (part: (round: Round) => number) => {
      if (beside === undefined) return "";
      const base = of(beside);
      return spread(own.map((round, at) => part(round) / part(base[at] as Round)));
    };
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
