import { resolve } from "node:path";
import { Command } from "commander";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { addExamples, addExitCodes } from "../frame/help.ts";
import { readStdin, type Terminal } from "../frame/terminal.ts";
import { readCaFile } from "./read-ca-file.ts";

interface Options {
  readonly caFile: string;
  readonly service?: string;
  readonly conversion?: boolean;
}

/** `gatewright certs patch-ca-bundle`: sets `caBundle` in manifests, and nothing else. */
export function patchCommand(terminal: Terminal): Command {
  const command = new Command("patch-ca-bundle")
    .summary("set caBundle in manifests, from standard input to standard output")
    .description(
      "Sets caBundle in the webhook configurations among the manifests on standard input, YAML or JSON, and writes all of them to standard output: everything else stays as it is, to the byte.",
    )
    .requiredOption("--ca-file <file>", "PEM of all CAs to trust: the old and the new one")
    .option("--service <namespace/name>", "only webhooks of this Service")
    .option("--conversion", "also the conversion webhooks of CustomResourceDefinitions")
    .action((options: Options) => run(terminal, options));
  addExamples(command, [
    [
      "helm template my-chart | gatewright certs patch-ca-bundle --ca-file ca.crt | kubectl apply -f -",
      "a chart with a CA of one's own",
    ],
  ]);
  return addExitCodes(command, {
    0: "written",
    1: "nothing on standard input has a webhook to give it to; nothing was written",
    2: "the command line makes no sense, the CA file holds no CA, or standard input is no YAML",
  });
}

async function run(terminal: Terminal, options: Options): Promise<void> {
  const service = serviceOf(options.service);
  const shown = `--ca-file ${options.caFile}`;
  const { cas, others } = await readCaFile(resolve(terminal.cwd, options.caFile), shown);
  if (others > 0) {
    const message = `${shown} holds a certificate that is damaged, or of no CA`;
    throw new CommandError(message, exitCodes.wrongUsage);
  }
  const { patchCaBundle } = await import("./patch-ca-bundle.ts");
  const text = await readStdin(terminal);
  const patched = patchCaBundle(text, cas, {
    service,
    conversion: options.conversion === true,
  });
  if ("problem" in patched) throw new CommandError(patched.problem, exitCodes.wrongUsage);
  if (patched.count === 0) {
    const which = service === undefined ? "" : ` of Service ${options.service}`;
    const message = `standard input has no webhook${which} to give the CA to`;
    throw new CommandError(message, exitCodes.refused);
  }
  terminal.stdout.write(patched.text);
}

function serviceOf(text: string | undefined): { namespace: string; name: string } | undefined {
  if (text === undefined) return undefined;
  const [namespace, name, ...more] = text.split("/");
  if (namespace && name && more.length === 0) return { namespace, name };
  const message = `--service is namespace/name, not "${text}"`;
  throw new CommandError(message, exitCodes.wrongUsage);
}
