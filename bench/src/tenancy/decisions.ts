import type { Certificate } from "../certificate.ts";
import { post } from "../cold-start.ts";
import { measure } from "../load.ts";
import { type ServerProcess, startServer } from "../server-process.ts";
import { median, spread } from "../statistics.ts";
import { PATH, review } from "./plugins.ts";

const CASES = [
  { who: "the owner", username: "owner-7", allowed: true },
  { who: "a member", username: "member-7-3", allowed: true },
  { who: "nobody of the namespace", username: "bob", allowed: false },
] as const;

type Case = (typeof CASES)[number];

interface Slot {
  micros: number;
  perSecond: number;
}

/** Two servers measured one after the other: a machine drifts within seconds. */
interface Pair {
  idle: Slot;
  tenancy: Slot;
}

/** As many rounds have the same processes: twins of one program differ for as long as they live. */
const ROUNDS_OF_A_PROCESS = 5;

/** A decision from the cache, beside a plugin with the same rules that does nothing; over HTTPS. */
export async function benchDecisions(
  certificate: Certificate & { folder: string },
  { rounds, seconds }: { rounds: number; seconds: number },
  say: (line: string) => void,
): Promise<string> {
  const results = new Map<Case, Pair[]>(CASES.map((one) => [one, []]));
  for (let counted = 0; counted < rounds; ) {
    const idle = await start("idle", 19_483, certificate);
    const tenancy = await start("tenancy", 19_484, certificate);
    try {
      for (const { username, allowed } of CASES) {
        await expectVerdict(tenancy.port, review(username), allowed);
      }
      // The first round warms the compilers up, and is not counted.
      for (let round = 0; round <= ROUNDS_OF_A_PROCESS && counted < rounds; round++) {
        say(`tenancy: round ${counted + 1} of ${rounds}${round === 0 ? ", warming up" : ""}`);
        // All cases in each round, and every other one the other way round: no case is the first always.
        for (const one of round % 2 === 0 ? CASES : CASES.toReversed()) {
          const body = review(one.username);
          const measured = (server: ServerProcess) =>
            measureSlot(server, body, seconds, certificate.folder);
          const first = round % 2 === 0 ? await measured(idle) : undefined;
          const second = await measured(tenancy);
          const pair = { idle: first ?? (await measured(idle)), tenancy: second };
          if (round > 0) results.get(one)?.push(pair);
        }
        if (round > 0) counted++;
      }
    } finally {
      await idle.stop();
      await tenancy.stop();
    }
  }
  return [
    "### A ConfigMap's creation, over HTTPS, 16 kept-alive connections, 1,000 namespaces in the cache",
    "",
    "| user | verdict | idle plugin, CPU µs | tenancy, CPU µs | of the idle plugin, by CPU | of the idle plugin, by time |",
    "|---|---|---|---|---|---|",
    ...[...results].map(([one, pairs]) => row(one, pairs)),
    "",
  ].join("\n");
}

function row({ who, allowed }: Case, pairs: readonly Pair[]): string {
  const middle = (of: (pair: Pair) => number) => median(pairs.map(of));
  const cells = [
    who,
    allowed ? "allowed" : "denied",
    middle((pair) => pair.idle.micros).toFixed(0),
    middle((pair) => pair.tenancy.micros).toFixed(0),
    spread(pairs.map((pair) => pair.tenancy.micros / pair.idle.micros)),
    spread(pairs.map((pair) => pair.idle.perSecond / pair.tenancy.perSecond)),
  ];
  return `| ${cells.join(" | ")} |`;
}

function start(
  what: "idle" | "tenancy",
  port: number,
  { certFile, keyFile }: Certificate,
): Promise<ServerProcess> {
  const args = [certFile, keyFile, String(port), what];
  return startServer(what, "tenancy/tenancy-server.ts", args, port);
}

async function measureSlot(
  server: ServerProcess,
  body: string,
  seconds: number,
  folder: string,
): Promise<Slot> {
  const url = `https://127.0.0.1:${server.port}${PATH}?timeout=10s`;
  const before = server.cpuSeconds();
  const measured = await measure({ url, body, seconds, newConnections: false }, folder);
  const micros = ((server.cpuSeconds() - before) * 1e6) / measured.requests;
  return { micros, perSecond: measured.requestsPerSecond };
}

/** A server that faults, or that has not seen the namespace, would be measured for nothing. */
async function expectVerdict(port: number, body: string, allowed: boolean): Promise<void> {
  const answer = JSON.parse(await post(port, PATH, body)) as { response: { allowed: boolean } };
  if (answer.response.allowed === allowed) return;
  throw new Error(`expected allowed: ${allowed}, and was answered ${JSON.stringify(answer)}`);
}
