import { Command } from "commander";
import { endWith } from "../frame/command-error.ts";
import { configOption } from "../frame/config-option.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { addExamples, addExitCodes } from "../frame/help.ts";
import { type OutputFormat, outputOption, writeOutput } from "../frame/output.ts";
import { withProgress } from "../frame/progress.ts";
import type { Terminal } from "../frame/terminal.ts";
import { addClusterOptions, type ClusterOptions, withCluster } from "./cluster-options.ts";
import type { NamedInstallation } from "./named-installation.ts";
import type { Unregistered } from "./unregister.ts";

interface Options extends ClusterOptions {
  readonly config: string;
  readonly name?: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

/** `gatewright unregister`: gets the webhooks out of the way. */
export function unregisterCommand(terminal: Terminal): Command {
  const command = new Command("unregister")
    .summary("take the webhooks away, whatever state the server is in")
    .description(
      "Deletes the webhook configurations that Gatewright registered, names them, and tells a server that registers itself to leave it so until `gatewright register`. Needs neither the server nor, with --name, the configuration file; no webhook is asked about it.",
    )
    .addOption(configOption())
    .option("--name <name>", "of the webhook configurations, in place of the file's")
    .option("--dry-run", "show what would be deleted")
    .addOption(outputOption())
    .action((options: Options) => run(terminal, options));
  addClusterOptions(command);
  addExamples(command, [
    ["gatewright unregister -c gatewright.yaml", "before an uninstall, or in an emergency"],
    ["gatewright unregister --name gatewright", "where the file is not at hand"],
  ]);
  return addExitCodes(command, {
    0: "they are gone, or were not there",
    1: "not deleted: they are somebody else's, or --name names nothing where something else is registered",
    2: "the command line makes no sense, or the file cannot be read; nothing was done",
    3: "the API server cannot be reached, or refused it",
  });
}

async function run(terminal: Terminal, options: Options): Promise<void> {
  const named = await nameOf(terminal, options);
  const { findRegistered, othersThan, unregister } = await import("./unregister.ts");
  const result = await withProgress(terminal, "connecting", (say) =>
    withCluster(terminal, options, async (connection): Promise<Unregistered> => {
      say(`looking at ${connection.url}`);
      if (options.dryRun !== true) return unregister(connection, named);
      const found = await findRegistered(connection, named);
      const deleted = found.map(({ kind }) => ({ kind, name: named.name }));
      return { deleted, told: false, others: await othersThan(connection, found), notes: [] };
    }),
  );
  for (const note of result.notes) terminal.stderr.write(`${note}\n`);
  const verb = options.dryRun === true ? "would be deleted" : "deleted";
  await writeOutput(terminal, options.output, { ...named, ...result }, () => {
    const lines = result.deleted.map(({ kind, name }) => `${kind} ${name} ${verb}`);
    if (lines.length === 0) lines.push(`nothing is registered as ${named.name}`);
    for (const { name, installation } of result.others) {
      lines.push(`registered is ${name}, of ${installation}: gatewright unregister --name ${name}`);
    }
    if (result.told) {
      lines.push("the server leaves it so: gatewright register brings its webhooks back");
    }
    return lines.join("\n");
  });
  if (isSlip(options, result)) throw endWith(exitCodes.refused);
}

/** A name given by hand that is nobody's, while there are others. A file's name can well be unregistered already. */
function isSlip({ name }: Options, { others }: Unregistered): boolean {
  return name !== undefined && others.length > 0;
}

async function nameOf(terminal: Terminal, { name, config }: Options): Promise<NamedInstallation> {
  if (name !== undefined) return { name, installation: undefined };
  const { namedInstallation } = await import("./named-installation.ts");
  return namedInstallation(terminal, config);
}
