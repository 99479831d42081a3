/** Measures the plugin etcd-leader-guard with a real etcd. `pnpm bench:etcd --help` says how. */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startEtcd } from "@gatewright/testing/control-plane";
import { makeCertificate } from "../certificate.ts";
import { generator } from "../load.ts";
import { writeSection } from "../results.ts";
import { benchDecisions } from "./decisions.ts";
import { benchMemory } from "./memory.ts";
import { benchUnguarded } from "./unguarded.ts";

const help = `pnpm bench:etcd [--denied N] [--allowed N] [--rounds N] [--reviews N] [--seconds N] [--decisions N] [--out FILE]

Measures decisions of etcd-leader-guard beside the Status calls that they are made of, pods that it does
not guard beside an idle plugin, and its memory. Writes its own section of the results.
  --denied N        denials that count (default 500)
  --allowed N       grants that count; each takes half a second (default 100)
  --rounds N        rounds for unguarded pods, after one that warms up (default 9)
  --reviews N       reviews of each kind in a round, without TLS and HTTP (default 20000)
  --seconds N       seconds of load on each server in a round (default 2)
  --decisions N     decisions for memory, which is also taken at a tenth (default 10000)
  --out FILE        where to write (default bench/RESULTS.md)`;

const number = (value: number) => ({ type: "string", default: String(value) }) as const;
const { values } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    denied: number(500),
    allowed: number(100),
    rounds: number(9),
    reviews: number(20_000),
    seconds: number(2),
    decisions: number(10_000),
    out: { type: "string", default: fileURLToPath(new URL("../../RESULTS.md", import.meta.url)) },
  },
});
if (values.help) console.log(help);
else await bench();

async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-bench-"));
  const say = (line: string) => console.error(line);
  const { denied, allowed, rounds, reviews, seconds, decisions } = values;
  try {
    const certificate = { ...(await makeCertificate(folder)), folder };
    const sections = [
      await benchDecisions({ denied: Number(denied), allowed: Number(allowed) }, say),
    ];
    const etcd = await startEtcd({ members: 3, log: say });
    try {
      const amount = { rounds: Number(rounds), reviews: Number(reviews), seconds: Number(seconds) };
      sections.push(await benchUnguarded(etcd, certificate, amount, say));
      const last = Number(decisions);
      sections.push(await benchMemory(etcd, [Math.ceil(last / 10), last], say));
    } finally {
      await etcd.stop();
    }
    writeSection(values.out, "etcd-leader-guard", `${heading()}\n${sections.join("\n")}`);
    say(`written to ${values.out}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function heading(): string {
  return `## etcd-leader-guard

Written by \`pnpm bench:etcd\` on ${new Date().toISOString().slice(0, 10)}: Node ${process.versions.node}, ${cpus().length} cores, shared by etcd, server and
load; load by ${generator}. Ratios are taken within their round: median, with the lowest and highest in brackets.
`;
}
