import { resolve } from "node:path";
import { Command } from "commander";
import { CommandError, endWith } from "../frame/command-error.ts";
import { configOption } from "../frame/config-option.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { addExamples, addExitCodes } from "../frame/help.ts";
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
    2: "the command line or the configuration makes no sense",
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
  // It says by itself why it could not start.
  if ((await serve(options)) === undefined) throw endWith(exitCodes.refused);
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  const message = `--port must be a number from 0 to 65535, not "${text}"`;
  throw new CommandError(message, exitCodes.wrongUsage);
}
