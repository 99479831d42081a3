import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadConfigFile, type Server, serve } from "@gatewright/core";

const HELP = `Usage: [PORT=8443] npm start -- [--config FILE] [--kubeconfig FILE] [--context NAME] [--help]
  --config FILE      a Gatewright configuration file; without it, examples/server/gatewright.yaml,
                     or examples/server/cluster/gatewright.yaml where a cluster is named
  --kubeconfig FILE  the cluster for plugins that need one, in place of the file's
  --context NAME     a context of the kubeconfig other than its current one
PORT takes the place of the file's port.
`;
const ALONE = "gatewright.yaml";
const WITH_CLUSTER = "cluster/gatewright.yaml";
const NOT_YET_CALLED = `Before its webhooks are registered, the cluster does not call this server:
  examples/server/cluster/README.md says how, and how to undo it.
`;
const SAMPLES = { mutate: ["defaults", "override"], validate: ["conflict"] };

// npm runs a script in its package's folder, and says here where the user is.
const userFolder = process.env["INIT_CWD"] || process.cwd();
const ownFile = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const importPlugin = (name: string) => import(name);

try {
  const text = { type: "string" } as const;
  const options = {
    config: text,
    kubeconfig: text,
    context: text,
    help: { type: "boolean" },
  } as const;
  const { help, ...given } = parseArgs({ options }).values;
  if (help) process.stdout.write(HELP);
  else await start(given);
} catch (error) {
  // After that, Node has advice about arguments that this command does not take.
  const [message] = (error as Error).message.split(" To specify a positional", 1);
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

interface Given {
  config?: string | undefined;
  kubeconfig?: string | undefined;
  context?: string | undefined;
}

async function start({ config, kubeconfig, context }: Given): Promise<void> {
  const { PORT = "" } = process.env;
  if (!/^\d*$/.test(PORT) || Number(PORT) > 65_535) {
    throw new Error(`PORT must be a number from 0 to 65535, not "${PORT}"`);
  }
  const outside = kubeconfig !== undefined || context !== undefined;
  const own = ownFile(outside ? WITH_CLUSTER : ALONE);
  const file = config === undefined ? own : resolve(userFolder, config);
  const options = await loadConfigFile(file, { importPlugin });
  if (PORT !== "") options.port = Number(PORT);
  if (outside) {
    options.cluster = async () => {
      const { connectCluster } = await import("@gatewright/kubernetes");
      return connectCluster({
        ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(userFolder, kubeconfig) }),
        ...(context === undefined ? {} : { context }),
      });
    };
  }
  const server = await serve(options);
  if (server === undefined) return;
  const more =
    file === ownFile(ALONE)
      ? await whatIsOff(server)
      : file === ownFile(WITH_CLUSTER)
        ? NOT_YET_CALLED
        : "";
  process.stdout.write(`${greeting(server, options.metrics?.host)}${more}Ctrl-C ends it.\n`);
}

/** Plugins of the example that are not running, and how to have them. */
async function whatIsOff({ endpoints }: Server): Promise<string> {
  const running = new Set(endpoints.flatMap(({ plugins }) => plugins));
  const { webhooks } = await loadConfigFile(ownFile(WITH_CLUSTER), { importPlugin });
  const all = Object.values(webhooks).flatMap(({ plugins }) =>
    plugins.map((entry) => ("plugin" in entry ? entry.plugin : entry).name),
  );
  const off = all.filter((name) => !running.has(name));
  return `Off, because they need a cluster: ${off.join(", ")}. Beside yours, with kubectl's way to it:
  npm start -- --kubeconfig ~/.kube/config    (examples/server/cluster/README.md)
Off, because it needs an etcd: etcd-leader-guard. See examples/server/etcd/README.md
`;
}

function greeting({ url, caFile, metricsPort, endpoints }: Server, metricsHost = "127.0.0.1") {
  const lines = [`Gatewright listens on ${url}`];
  for (const { path, plugins } of endpoints) lines.push(`  ${path}: ${plugins.join(", ")}`);
  if (caFile !== undefined) lines.push(`  CA file: ${shown(caFile)}`);
  if (metricsPort) lines.push(`  metrics: http://${metricsHost}:${metricsPort}/metrics`);
  const curl = `curl -H 'Content-Type: application/json'${caFile ? ` --cacert ${shown(caFile)}` : ""}`;
  // The samples are pods.
  const forPods = endpoints.filter(({ plugins }) => plugins.includes("run-as-nonroot"));
  if (forPods.length > 0) lines.push("Try it from another terminal:");
  for (const { phase, path } of forPods) {
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
