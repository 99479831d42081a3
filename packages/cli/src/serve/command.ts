import { resolve } from "node:path";
import type { ServerOptions } from "@gatewright/core";
import { Command } from "commander";
import { CommandError, endWith } from "../frame/command-error.ts";
import { configOption } from "../frame/config-option.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { addExamples, addExitCodes } from "../frame/help.ts";
import { exitCodeOf } from "../frame/report-error.ts";
import type { Terminal } from "../frame/terminal.ts";

interface ServeOptions {
  readonly config: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly port?: number;
}

/** `gatewright serve`: the server of a configuration file, until a signal ends it. */
export function serveCommand(terminal: Terminal): Command {
  const command = new Command("serve")
    .summary("run the server")
    .description(
      "Runs the server that a configuration file describes, until SIGTERM or Ctrl-C.\nPlugins are found from the file's folder, then beside the command itself, then from where it is run.",
    )
    .addOption(configOption())
    .option("--kubeconfig <file>", "the cluster for plugins that need one, in place of the file's")
    .option("--context <name>", "a context of the kubeconfig other than its current one")
    .option("--port <number>", "in place of the file's port; 0 takes any free one", portOf)
    .action((options: ServeOptions) => start(terminal, options));
  addExamples(command, [
    ["gatewright serve -c gatewright.yaml", "as in a cluster"],
    [
      "gatewright serve -c gatewright.yaml --kubeconfig ~/.kube/config --port 9443",
      "on a laptop, beside a cluster",
    ],
  ]);
  return addExitCodes(command, {
    0: "the server was ended by a signal, and no call failed for it",
    1: "the server could not start: the port is taken, a plugin's setup threw, a certificate is unusable",
    2: "the command line or the configuration makes no sense, or there is no such cluster",
    3: "a plugin, the certificate or the registration needs the API server, which cannot be reached, or refused it",
  });
}

async function start(terminal: Terminal, given: ServeOptions): Promise<void> {
  const { loadConfigFile, serve } = await import("@gatewright/core");
  const options = await loadConfigFile(resolve(terminal.cwd, given.config), {
    importPlugin: (name) => import(name),
  });
  if (given.port !== undefined) options.port = given.port;
  const { kubeconfig, context } = given;
  if (kubeconfig !== undefined || context !== undefined) {
    options.cluster = async () => {
      const { connectCluster } = await import("@gatewright/kubernetes");
      return connectCluster({
        ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(terminal.cwd, kubeconfig) }),
        ...(context === undefined ? {} : { context }),
      });
    };
  }
  const failure: { error?: unknown } = {};
  if (options.cluster !== undefined) {
    options.cluster = rememberFailure(options.cluster, failure);
  }
  // It says by itself why it could not start.
  if ((await serve(options)) !== undefined) return;
  throw endWith("error" in failure ? exitCodeOf(failure.error) : exitCodes.refused);
}

type ClusterSource = NonNullable<ServerOptions["cluster"]>;

/** `serve` tells people why it could not start, and nobody else: a cluster that cannot be had ends every command alike. */
function rememberFailure(source: ClusterSource, failure: { error?: unknown }): ClusterSource {
  if (typeof source !== "function") return source;
  return async () => {
    try {
      return await source();
    } catch (error) {
      failure.error = error;
      throw error;
    }
  };
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  const message = `--port must be a number from 0 to 65535, not "${text}"`;
  throw new CommandError(message, exitCodes.wrongUsage);
}
