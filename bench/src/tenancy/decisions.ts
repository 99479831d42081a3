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

interface Slot {
  micros: number;
  perSecond: number;
}

/** A decision from the cache, beside a plugin with the same rules that does nothing; over HTTPS. */
export async function benchDecisions(
  { certFile, keyFile, folder }: Certificate & { folder: string },
  { rounds, seconds }: { rounds: number; seconds: number },
  say: (line: string) => void,
): Promise<string> {
  const servers: ServerProcess[] = [];
  const slot = async (server: ServerProcess, body: string): Promise<Slot> => {
    const url = `https://127.0.0.1:${server.port}${PATH}?timeout=10s`;
    const before = server.cpuSeconds();
    const measured = await measure({ url, body, seconds, newConnections: false }, folder);
    const micros = ((server.cpuSeconds() - before) * 1e6) / measured.requests;
    return { micros, perSecond: measured.requestsPerSecond };
  };
  const rows: string[] = [];
  try {
    for (const [index, what] of ["idle", "tenancy"].entries()) {
      const port = 19_483 + index;
      const args = [certFile, keyFile, String(port), what];
      servers.push(await startServer(what, "tenancy/tenancy-server.ts", args, port));
    }
    const [idle, tenancy] = servers as [ServerProcess, ServerProcess];
    for (const { who, username, allowed } of CASES) {
      const body = review(username);
      await expectVerdict(tenancy.port, body, allowed);
      const pairs: { idle: Slot; tenancy: Slot }[] = [];
      // The first round warms the compilers up, and is not counted.
      for (let round = 0; round <= rounds; round++) {
        say(`tenancy, ${who}: round ${round} of ${rounds}`);
        const first = round % 2 === 0 ? await slot(idle, body) : undefined;
        const second = await slot(tenancy, body);
        const pair = { idle: first ?? (await slot(idle, body)), tenancy: second };
        if (round > 0) pairs.push(pair);
      }
      const middle = (of: (pair: (typeof pairs)[number]) => number) => median(pairs.map(of));
      const cells = [
        who,
        allowed ? "allowed" : "denied",
        middle((pair) => pair.idle.micros).toFixed(0),
        middle((pair) => pair.tenancy.micros).toFixed(0),
        spread(pairs.map((pair) => pair.tenancy.micros / pair.idle.micros)),
        spread(pairs.map((pair) => pair.idle.perSecond / pair.tenancy.perSecond)),
      ];
      rows.push(`| ${cells.join(" | ")} |`);
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  return [
    "### A ConfigMap's creation, over HTTPS, 16 kept-alive connections, 1,000 namespaces in the cache",
    "",
    "| user | verdict | idle plugin, CPU µs | tenancy, CPU µs | of the idle plugin, by CPU | of the idle plugin, by time |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

/** A server that faults, or that has not seen the namespace, would be measured for nothing. */
async function expectVerdict(port: number, body: string, allowed: boolean): Promise<void> {
  const answer = JSON.parse(await post(port, PATH, body)) as { response: { allowed: boolean } };
  if (answer.response.allowed === allowed) return;
  throw new Error(`expected allowed: ${allowed}, and was answered ${JSON.stringify(answer)}`);
}
