/** Measures Gatewright beside a bare `node:https` server. `pnpm bench --help` says how. */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchApiServer } from "./api-server.ts";
import { makeCertificate } from "./certificate.ts";
import { benchColdStart, benchDirect } from "./direct.ts";
import { generator } from "./load.ts";
import { writeSection } from "./results.ts";
import { cores } from "./server-process.ts";

const help = `pnpm bench [--rounds N] [--seconds N] [--no-api-server] [--out FILE]

Runs our server and a bare one in turn on one core, with load from another, and writes the ratios.
  --rounds N        rounds that count; after every three, new processes are warmed up (default 15)
  --seconds N       seconds of load for each of a pair of servers in each round (default 1)
  --no-api-server   leaves out what needs a real kube-apiserver
  --out FILE        where to write (default bench/RESULTS.md)`;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    help: { type: "boolean", default: false },
    rounds: { type: "string", default: "15" },
    seconds: { type: "string", default: "1" },
    "api-server": { type: "boolean", default: true },
    out: { type: "string", default: fileURLToPath(new URL("../RESULTS.md", import.meta.url)) },
  },
});
if (values.help) {
  console.log(help);
} else {
  await bench(Number(values.rounds), Number(values.seconds));
}

async function bench(rounds: number, seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-bench-"));
  const say = (line: string) => console.error(line);
  try {
    const certificate = await makeCertificate(folder);
    const sections = [
      await benchColdStart(certificate, rounds * 2, say),
      await benchDirect({ ...certificate, folder }, { rounds, seconds }, say),
    ];
    if (values["api-server"]) sections.push(await benchApiServer(certificate, rounds, say));
    writeSection(values.out, "server", `${heading(rounds, seconds)}\n${sections.join("\n")}`);
    say(`written to ${values.out}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function heading(rounds: number, seconds: number): string {
  const pinning = cores === undefined ? "not pinned" : "server on core 0, load on core 1";
  return `# Results

Written by \`pnpm bench --rounds ${rounds} --seconds ${seconds}\` on ${new Date().toISOString().slice(0, 10)}: Node ${process.versions.node},
${cpus().length} cores (${pinning}), load by ${generator}. Medians of ${rounds} rounds, with the lowest and highest in brackets. A
ratio is of two servers measured in one round, since machines drift; above 1 is better than the other one, except
for memory and cold start. Servers that are compared get the same load, a slot of which does not count before each that
does, and have the same hash seed, which is another one after every few rounds: V8's own choice alone makes twins
differ by up to a tenth.
`;
}
