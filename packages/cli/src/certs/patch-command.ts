import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { addExamples, addExitCodes } from "../frame/help.ts";
import { readStdin, type Terminal } from "../frame/terminal.ts";

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
  const caBundle = await caFile(resolve(terminal.cwd, options.caFile));
  const { patchCaBundle } = await import("./patch-ca-bundle.ts");
  const text = await readStdin(terminal);
  const patched = patchCaBundle(text, caBundle, {
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

/** Read as text; what is given to the API server is all of it. */
async function caFile(path: string): Promise<string> {
  const refuse = (why: string) =>
    new CommandError(`--ca-file ${path} ${why}`, exitCodes.wrongUsage);
  let pem: string;
  try {
    pem = await readFile(path, "utf8");
  } catch (error) {
    throw refuse(`cannot be read: ${(error as Error).message}`);
  }
  // Everybody who may see webhook configurations could read it.
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    throw refuse("holds a private key: give the CA's certificate alone");
  }
  const { x509Authority } = await import("@gatewright/kubernetes/certificates");
  const { cas } = x509Authority.readCas(pem);
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0;
  if (cas.length === 0) throw refuse("holds no certificate of a CA");
  if (cas.length < blocks) throw refuse("holds a certificate that is damaged, or of no CA");
  return cas.map((ca) => ca.pem).join("");
}

function serviceOf(text: string | undefined): { namespace: string; name: string } | undefined {
  if (text === undefined) return undefined;
  const [namespace, name, ...more] = text.split("/");
  if (namespace && name && more.length === 0) return { namespace, name };
  const message = `--service is namespace/name, not "${text}"`;
  throw new CommandError(message, exitCodes.wrongUsage);
}
