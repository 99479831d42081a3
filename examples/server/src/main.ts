import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadConfigFile, type Server, serve } from "@gatewright/core";

const HELP = `Usage: [PORT=8443] npm start -- [--config FILE] [--help]
FILE is a Gatewright configuration file; without it, examples/server/gatewright.yaml.
PORT takes the place of the file's port.
`;
const SAMPLES = { mutate: ["defaults", "override"], validate: ["conflict"] };

// npm runs a script in its package's folder, and says here where the user is.
const userFolder = process.env["INIT_CWD"] || process.cwd();
const ownFile = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

try {
  const options = { config: { type: "string" }, help: { type: "boolean" } } as const;
  const { config, help } = parseArgs({ options }).values;
  if (help) process.stdout.write(HELP);
  else await start(config === undefined ? ownFile("gatewright.yaml") : resolve(userFolder, config));
} catch (error) {
  // After that, Node has advice about arguments that this command does not take.
  const [message] = (error as Error).message.split(" To specify a positional", 1);
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

async function start(file: string): Promise<void> {
  const { PORT = "" } = process.env;
  if (!/^\d*$/.test(PORT) || Number(PORT) > 65_535) {
    throw new Error(`PORT must be a number from 0 to 65535, not "${PORT}"`);
  }
  const options = await loadConfigFile(file, { importPlugin: (name) => import(name) });
  const server = await serve(PORT === "" ? options : { ...options, port: Number(PORT) });
  if (server !== undefined) process.stdout.write(greeting(server, options.metrics?.host));
}

function greeting({ url, caFile, metricsPort, endpoints }: Server, metricsHost = "127.0.0.1") {
  const lines = [`Gatewright listens on ${url}`];
  for (const { path, plugins } of endpoints) lines.push(`  ${path}: ${plugins.join(", ")}`);
  if (caFile !== undefined) lines.push(`  CA file: ${shown(caFile)}`);
  if (metricsPort) lines.push(`  metrics: http://${metricsHost}:${metricsPort}/metrics`);
  lines.push("Try it from another terminal:");
  const curl = `curl -H 'Content-Type: application/json'${caFile ? ` --cacert ${shown(caFile)}` : ""}`;
  for (const { phase, path } of endpoints) {
    for (const sample of SAMPLES[phase].map((name) => shown(ownFile(`reviews/${name}.json`)))) {
      lines.push(`  ${curl} -d @${sample} ${url}${path}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** A path as a shell takes it that runs where the user is. */
function shown(path: string): string {
  const fromUser = relative(userFolder, path);
  const short = fromUser.startsWith("..") ? resolve(path) : fromUser;
  return /^[\w./-]+$/.test(short) ? short : `'${short.replaceAll("'", "'\\''")}'`;
}
