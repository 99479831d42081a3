import { isIP } from "node:net";
import { Command } from "commander";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { addExamples, addExitCodes } from "../frame/help.ts";
import type { Terminal } from "../frame/terminal.ts";
import { DEFAULT_NAMESPACE } from "../registration/default-namespace.ts";

interface Options {
  readonly service: string;
  readonly namespace: string;
  readonly host: readonly string[];
  readonly days: number;
  readonly caDays: number;
  readonly caCert?: string;
  readonly caKey?: string;
  readonly out?: string;
  readonly secret?: string | true;
}

/** `gatewright certs create`: a CA and a certificate, for those who keep them by themselves. */
export function createCommand(terminal: Terminal): Command {
  const command = new Command("create")
    .summary("make a CA and a certificate of it, as files or as a Secret")
    .description(
      "Makes a CA and a certificate of it for the server's Service, ECDSA P-256, for those who keep them by themselves: a server with tls.secret does all this without you. Private keys are written to files that only you can read; or, with --secret, to standard output, as a manifest.",
    )
    .option("--service <name>", "the Service by which the API server calls", "gatewright")
    .option("--namespace <name>", "of Service and Secret", DEFAULT_NAMESPACE)
    .option("--host <name>", "one more DNS name or IP address; can be repeated", collect, [])
    .option("--days <number>", "how long the certificate is good", daysOf, 90)
    .option("--ca-days <number>", "how long the CA is", daysOf, 1825)
    .option("--ca-cert <file>", "a CA to go on with, in place of a new one")
    .option("--ca-key <file>", "its key")
    .option("--out <folder>", "write tls.crt, tls.key, ca.crt and ca.key there; none may exist")
    .option("--secret [name]", "print a Secret, which a server with tls.secret goes on keeping")
    .action((options: Options) => run(terminal, options));
  addExamples(command, [
    ["gatewright certs create --service hook --namespace shop --out certificates", "four files"],
    [
      "gatewright certs create --ca-cert certificates/ca.crt --ca-key certificates/ca.key --out renewed",
      "a new certificate of the same CA: callers need not know",
    ],
    [
      "gatewright certs create --secret | kubectl create -f -",
      "the Secret of a server with tls.secret, before it is there; never written to a file",
    ],
  ]);
  return addExitCodes(command, {
    0: "made",
    1: "the folder cannot be written to, or has such files: nothing was written over",
    2: "the command line makes no sense, or the CA cannot be used",
  });
}

async function run(terminal: Terminal, options: Options): Promise<void> {
  const wrong = (message: string) => new CommandError(message, exitCodes.wrongUsage);
  const { caCert, caKey, service, namespace } = options;
  if ((options.out === undefined) === (options.secret === undefined)) {
    throw wrong("where to? --out FOLDER writes files, --secret prints a Secret: one of the two");
  }
  if ((options.caCert === undefined) !== (options.caKey === undefined)) {
    throw wrong("--ca-cert and --ca-key go together");
  }
  if (caCert === undefined && options.days > options.caDays) {
    throw wrong(
      `no certificate outlives its CA: --days ${options.days} is more than --ca-days ${options.caDays}`,
    );
  }
  const { createCertificate, readIssuer } = await import("./create-certificate.ts");
  const issuer =
    caCert === undefined || caKey === undefined
      ? undefined
      : await readIssuer(terminal.cwd, caCert, caKey);
  const made = await createCertificate(options, issuer);
  const last = issuer?.ca.notAfter ?? Number.POSITIVE_INFINITY;
  if (last < Date.now() + options.days * DAY_MS) {
    const date = new Date(last).toISOString().slice(0, 10);
    terminal.stderr.write(`the certificate ends with its CA, on ${date}\n`);
  }
  const { writeFiles, secretManifest } = await import("./write-certificate.ts");
  if (options.out !== undefined) {
    const files = await writeFiles(terminal.cwd, options.out, made);
    for (const file of files) terminal.stderr.write(`${file}\n`);
    return;
  }
  const name = typeof options.secret === "string" ? options.secret : `${service}-tls`;
  if (terminal.isTTY.stdout) {
    throw wrong("a Secret holds private keys: pipe it to kubectl create -f -, not to the screen");
  }
  terminal.stdout.write(await secretManifest({ name, namespace }, made));
}

const DAY_MS = 86_400_000;
/** RFC 1123, with a wildcard as its first label. */
const DNS_NAME =
  /^(?=.{1,253}$)(?:\*\.)?[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/i;

function collect(value: string, before: readonly string[]): string[] {
  if (isIP(value) === 0 && !DNS_NAME.test(value)) {
    const message = `--host is a DNS name or an IP address, not "${value}"`;
    throw new CommandError(message, exitCodes.wrongUsage);
  }
  return [...before, value];
}

function daysOf(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new CommandError(`days are a number, 1 to 99999, not "${text}"`, exitCodes.wrongUsage);
}
