import type { Certificate } from "../certificate.ts";
import { post } from "../cold-start.ts";
import { measure } from "../load.ts";
import { keepLoadCoreAwake } from "../load-core.ts";
import { type ServerProcess, startServer } from "../server-process.ts";
import { median, spread } from "../statistics.ts";
import { review, webhooks } from "./plugins.ts";

const CASES = [
  { who: "the owner", username: "owner-7", allowed: true },
  { who: "a member", username: "member-7-3", allowed: true },
  { who: "nobody of the namespace", username: "bob", allowed: false },
] as const;

type Case = (typeof CASES)[number];

/** What the load's core does between two answers; `keepLoadCoreAwake` says what it matters. */
const LOAD_CORES = ["as it is", "kept awake"] as const;

interface Row {
  readonly one: Case;
  readonly loadCore: (typeof LOAD_CORES)[number];
  readonly pairs: Pair[];
}

interface Slot {
  micros: number;
  perSecond: number;
}

/** Two webhooks measured one after the other: a machine drifts within seconds. */
interface Pair {
  idle: Slot;
  tenancy: Slot;
}

/** As many rounds have the same process: `startServer` says why there are others after. */
const ROUNDS_OF_A_PROCESS = 3;
/** As many slots of each case each webhook gets before one counts. */
const WARM_UP_SLOTS = 2;

/**
 * A decision from the cache, beside a plugin with the same rules that does nothing; over HTTPS. Both are in one
 * process, each in a webhook of its own: the same heap, the same compiled code, and nothing else that differs.
 */
export async function benchDecisions(
  certificate: Certificate & { folder: string },
  { rounds, seconds }: { rounds: number; seconds: number },
  say: (line: string) => void,
): Promise<string> {
  const rows = LOAD_CORES.flatMap((loadCore) =>
    CASES.map((one): Row => ({ one, loadCore, pairs: [] })),
  );
  for (let counted = 0; counted < rounds; ) {
    const server = await start(certificate, counted + 1);
    try {
      for (const { username, allowed } of CASES) {
        await expectVerdict(server.port, review(username), allowed);
      }
      const measured = (what: Webhook, one: Case) =>
        measureSlot(server, what, review(one.username), seconds, certificate.folder);
      say(`tenancy: round ${counted + 1} of ${rounds}, warming up`);
      for (let slot = 0; slot < WARM_UP_SLOTS; slot++) {
        for (const one of CASES) {
          await measured("idle", one);
          await measured("tenancy", one);
        }
      }
      for (let round = 0; round < ROUNDS_OF_A_PROCESS && counted < rounds; round++) {
        say(`tenancy: round ${++counted} of ${rounds}`);
        const isEven = counted % 2 === 0;
        // All of them in each round, and every other one the other way round: none is the first always.
        for (const { one, loadCore, pairs } of isEven ? rows : rows.toReversed()) {
          const letSleep = loadCore === "kept awake" ? keepLoadCoreAwake() : undefined;
          try {
            const first = isEven ? await measured("idle", one) : undefined;
            const second = await measured("tenancy", one);
            pairs.push({ idle: first ?? (await measured("idle", one)), tenancy: second });
          } finally {
            letSleep?.();
          }
        }
      }
    } finally {
      await server.stop();
    }
  }
  return [
    "### A ConfigMap's creation, over HTTPS, 16 kept-alive connections, 1,000 namespaces in the cache",
    "",
    "A server wakes the load's core with each answer. Where that is a virtual one and has halted meanwhile, it takes the",
    "server 10 µs and more; where it still polls for work, nothing. So a slower server is charged more than it uses. Kept",
    "awake by a process that never sleeps, the core is as dear to wake for every answer.",
    "",
    "| load's core | user | verdict | idle plugin, CPU µs | tenancy, CPU µs | of the idle plugin, by CPU | of the idle plugin, by time |",
    "|---|---|---|---|---|---|---|",
    ...rows.map(line),
    "",
  ].join("\n");
}

function line({ one: { who, allowed }, loadCore, pairs }: Row): string {
  const middle = (of: (pair: Pair) => number) => median(pairs.map(of));
  const cells = [
    loadCore,
    who,
    allowed ? "allowed" : "denied",
    middle((pair) => pair.idle.micros).toFixed(0),
    middle((pair) => pair.tenancy.micros).toFixed(0),
    spread(pairs.map((pair) => pair.tenancy.micros / pair.idle.micros)),
    spread(pairs.map((pair) => pair.idle.perSecond / pair.tenancy.perSecond)),
  ];
  return `| ${cells.join(" | ")} |`;
}

type Webhook = keyof typeof webhooks;

function pathOf(what: Webhook): string {
  return `/validate/${webhooks[what]}`;
}

function start({ certFile, keyFile }: Certificate, hashSeed: number): Promise<ServerProcess> {
  const port = 19_483;
  const args = [certFile, keyFile, String(port), "both"];
  return startServer("tenancy", "tenancy/tenancy-server.ts", args, port, hashSeed);
}

async function measureSlot(
  server: ServerProcess,
  what: Webhook,
  body: string,
  seconds: number,
  folder: string,
): Promise<Slot> {
  const url = `https://127.0.0.1:${server.port}${pathOf(what)}?timeout=10s`;
  const before = server.cpuSeconds();
  const measured = await measure({ url, body, seconds, newConnections: false }, folder);
  const micros = ((server.cpuSeconds() - before) * 1e6) / measured.requests;
  return { micros, perSecond: measured.requestsPerSecond };
}

/** A webhook that faults, or that has not seen the namespace, would be measured for nothing. */
async function expectVerdict(port: number, body: string, allowed: boolean): Promise<void> {
  const answer = JSON.parse(await post(port, pathOf("tenancy"), body)) as {
    response: { allowed: boolean };
  };
  if (answer.response.allowed === allowed) return;
  throw new Error(`expected allowed: ${allowed}, and was answered ${JSON.stringify(answer)}`);
}
