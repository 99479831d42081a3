import { Command, Option } from "commander";
import { CommandError } from "../frame/command-error.ts";
import { configOption } from "../frame/config-option.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { addExamples, addExitCodes } from "../frame/help.ts";
import type { Terminal } from "../frame/terminal.ts";
import type { Format } from "./formats.ts";

interface ManifestsOptions {
  readonly config: string;
  readonly image?: string;
  readonly format: Format;
  readonly out?: string;
}

/** `gatewright manifests`: everything that the server of a configuration file needs in a cluster. */
export function manifestsCommand(terminal: Terminal): Command {
  const command = new Command("manifests")
    .summary("write what installs the server in a cluster")
    .description(
      "Writes what installs the server of a configuration file in a cluster: namespace, account with the rights that its plugins declare, configuration, Deployment, Service, PodDisruptionBudget, NetworkPolicy. The same file gives the same manifests. Nothing is asked of a cluster.",
    )
    .addOption(configOption())
    .option("--image <image>", "the server's image, in place of the file's deployment.image")
    .addOption(
      new Option("--format <format>", "one stream of YAML, or a folder")
        .choices(["yaml", "kustomize", "helm"] satisfies Format[])
        .default("yaml"),
    )
    .option("-o, --out <folder>", "where to write files; YAML goes to standard output without it")
    .action((options: ManifestsOptions) => write(terminal, options));
  addExamples(command, [
    [
      "gatewright manifests -c gatewright.yaml | kubectl apply --server-side -f -",
      "install it, or bring it up to date",
    ],
    [
      "gatewright manifests -c gatewright.yaml | kubectl diff --server-side -f -",
      "what would change",
    ],
    [
      "gatewright manifests -c gatewright.yaml --format kustomize -o base",
      "a base to build overlays on",
    ],
    ["gatewright manifests -c gatewright.yaml --format helm -o chart", "a chart for helm install"],
  ]);
  return addExitCodes(command, {
    0: "written; what could be better is said on standard error",
    1: "the files could not be written",
    2: "the configuration cannot work in a cluster; nothing was written",
  });
}

async function write(terminal: Terminal, { config, image, format, out }: ManifestsOptions) {
  if (out === undefined && format !== "yaml") {
    const message = `--format ${format} writes a folder: name it with -o`;
    throw new CommandError(message, exitCodes.wrongUsage);
  }
  const { isImageReference } = await import("./image-reference.ts");
  if (image !== undefined && !isImageReference(image)) {
    const message = `--image: "${image}" is no image: write host/name:tag, in lower case`;
    throw new CommandError(message, exitCodes.wrongUsage);
  }
  const { planInstallation } = await import("./plan-installation.ts");
  const { render } = await import("./formats.ts");
  const { installation, heading, warnings } = await planInstallation(terminal, config, image);
  for (const warning of warnings) terminal.stderr.write(`${warning}\n`);
  const files = await render(format, installation, heading);
  if (out === undefined) {
    for (const text of files.values()) terminal.stdout.write(text);
    return;
  }
  const { writeFiles } = await import("./write-files.ts");
  await writeFiles(terminal, out, files);
}
