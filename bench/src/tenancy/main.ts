/** Measures the plugin namespace-tenancy. `pnpm bench:tenancy --help` says how. */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeCertificate } from "../certificate.ts";
import { generator } from "../load.ts";
import { writeSection } from "../results.ts";
import { benchDecisions } from "./decisions.ts";
import { benchStart } from "./start.ts";

const help = `pnpm bench:tenancy [--rounds N] [--seconds N] [--starts N] [--namespaces N] [--out FILE]

Measures a decision of namespace-tenancy beside an idle plugin, and its start with many namespaces.
Writes its own section of the results.
  --rounds N        rounds of decisions that count; after every three, new processes are warmed up (default 15)
  --seconds N       seconds of load on each server in a round (default 1)
  --starts N        starts that count (default 5)
  --namespaces N    with an owner and four members each (default 5000)
  --out FILE        where to write (default bench/RESULTS.md)`;

const number = (value: number) => ({ type: "string", default: String(value) }) as const;
const { values } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    rounds: number(15),
    seconds: number(1),
    starts: number(5),
    namespaces: number(5_000),
    out: { type: "string", default: fileURLToPath(new URL("../../RESULTS.md", import.meta.url)) },
  },
});
if (values.help) console.log(help);
else await bench();

async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-bench-"));
  const say = (line: string) => console.error(line);
  const { rounds, seconds, starts, namespaces } = values;
  try {
    const certificate = { ...(await makeCertificate(folder)), folder };
    const amount = { rounds: Number(rounds), seconds: Number(seconds) };
    const sections = [
      await benchDecisions(certificate, amount, say),
      await benchStart(certificate, { rounds: Number(starts), count: Number(namespaces) }, say),
    ];
    writeSection(values.out, "namespace-tenancy", `${heading()}\n${sections.join("\n")}`);
    say(`written to ${values.out}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function heading(): string {
  return `## namespace-tenancy

Written by \`pnpm bench:tenancy\` on ${new Date().toISOString().slice(0, 10)}: Node ${process.versions.node}, ${cpus().length} cores; load by ${generator}.
Medians, with the lowest and highest in brackets. A ratio is of two servers measured one right after the other.
`;
}
