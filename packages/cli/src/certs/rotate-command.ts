import { setTimeout as delay } from "node:timers/promises";
import type { ClusterConnection } from "@gatewright/core";
import type { Secret } from "@gatewright/kubernetes/certificates";
import { Command } from "commander";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { addExamples, addExitCodes } from "../frame/help.ts";
import { type Say, withProgress } from "../frame/progress.ts";
import type { Terminal } from "../frame/terminal.ts";
import {
  addClusterOptions,
  type ClusterOptions,
  withCluster,
} from "../registration/cluster-options.ts";
import {
  addCertificateOptions,
  type CertificateOptions,
  certificateNames,
  type NamedCertificate,
  whichCertificate,
} from "./which-certificate.ts";

interface Options extends CertificateOptions, ClusterOptions {
  readonly ca?: boolean;
  readonly wait?: boolean;
  readonly timeout: number;
}

const POLL_MS = 1_000;
const MOST_ATTEMPTS = 10;

/** `gatewright certs rotate`: asks the servers for a new certificate, or a new CA. */
export function rotateCommand(terminal: Terminal): Command {
  const command = addCertificateOptions(
    new Command("rotate")
      .summary("have the servers replace their certificate, or their CA")
      .description(
        "Asks the servers that keep their certificate in a Secret for a new one, or for a new CA and then a certificate of it: the old CA is taken away once every caller and every server has had the new one for a while. No call fails for it. The servers do it: this command only sets an annotation.",
      )
      .option("--ca", "the CA, too")
      .option("--wait", "until it is done")
      .option("--timeout <seconds>", "how long to wait at most", secondsOf, 1800),
  ).action((options: Options) => run(terminal, options));
  addClusterOptions(command);
  addExamples(command, [
    ["gatewright certs rotate -c gatewright.yaml", "a new certificate, within seconds"],
    [
      "gatewright certs rotate --ca --wait -c gatewright.yaml",
      "a new CA, as after a key was seen by somebody; takes some ten minutes",
    ],
  ]);
  return addExitCodes(command, {
    0: "it was asked for; with --wait, it is done",
    1: "there is no such Secret, it is not kept by Gatewright, or --timeout has passed",
    2: "the command line makes no sense, or the configuration file cannot be read",
    3: "the API server cannot be reached, or refused it",
  });
}

async function run(terminal: Terminal, options: Options): Promise<void> {
  const names = await certificateNames(terminal, options);
  const rotation = options.ca === true ? "ca" : "leaf";
  const what = rotation === "ca" ? "a new CA" : "a new certificate";
  const done = await withProgress(terminal, "connecting", (say) =>
    withCluster(terminal, options, async (connection) => {
      say(`asking ${connection.url}`);
      const which = await whichCertificate(options, names, connection);
      await ask(connection, which, rotation);
      const { name, namespace } = which.secret;
      if (options.wait !== true) {
        return `asked for ${what}: the servers of Secret ${namespace}/${name} see to it; gatewright certs show tells how far they are`;
      }
      await awaitRotation(connection, which, { what, timeoutSeconds: options.timeout, say });
      return "done";
    }),
  );
  terminal.stderr.write(`${done}\n`);
}

/** Resolves when the servers have done what was asked for. */
async function awaitRotation(
  connection: ClusterConnection,
  which: NamedCertificate,
  { what, timeoutSeconds, say }: { what: string; timeoutSeconds: number; say: Say },
): Promise<void> {
  const until = Date.now() + timeoutSeconds * 1_000;
  for (;;) {
    const request = await requestIn(connection, which);
    if (request === undefined) return;
    if (Date.now() > until) {
      const message = `${what} was asked for and is not there after ${timeoutSeconds} s; the servers go on with it all the same: gatewright certs show tells how far they are, and their log why`;
      throw new CommandError(message, exitCodes.refused);
    }
    say(request === "ca, begun" ? "waiting for all to know the new CA" : `waiting for ${what}`);
    await delay(POLL_MS);
  }
}

async function requestIn(
  connection: ClusterConnection,
  { secret: { name, namespace } }: NamedCertificate,
): Promise<string | undefined> {
  const { ROTATE, SECRETS } = await import("@gatewright/kubernetes/certificates");
  const secret = await connection.get(SECRETS, name, { namespace });
  return secret?.metadata?.annotations?.[ROTATE];
}

/** Sets the annotation. An update, and not an apply, which would make a Secret where there is none. */
async function ask(
  connection: ClusterConnection,
  { secret: { name, namespace } }: NamedCertificate,
  rotation: "leaf" | "ca",
): Promise<void> {
  const { isOurs, ROTATE, SECRETS } = await import("@gatewright/kubernetes/certificates");
  for (let attempt = 1; ; attempt++) {
    const found: Secret | undefined = await connection.get(SECRETS, name, { namespace });
    const where = `Secret ${namespace}/${name}`;
    if (found === undefined) {
      const message = `there is no ${where}: a server with tls.secret makes it when it starts; --namespace and --secret, or deployment.namespace and tls.secret.name in the file, name another`;
      throw new CommandError(message, exitCodes.refused);
    }
    if (!isOurs(found)) {
      const message = `${where} is not kept by Gatewright: whoever made it replaces what is in it`;
      throw new CommandError(message, exitCodes.refused);
    }
    const before = found.metadata?.annotations?.[ROTATE];
    // With a new CA comes a new certificate; and the old CA, whose key somebody may have seen, is not to be forgotten.
    if (rotation === "leaf" && before?.startsWith("ca") === true) return;
    const annotations = { ...found.metadata?.annotations, [ROTATE]: rotation };
    try {
      const asking = { ...found, metadata: { ...found.metadata, annotations } };
      await connection.update(SECRETS, asking, { fieldManager: "gatewright-certs" });
      return;
    } catch (error) {
      // A server was writing it.
      const isRace = (error as { status?: unknown }).status === 409;
      if (!isRace || attempt >= MOST_ATTEMPTS) throw error;
    }
  }
}

function secondsOf(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  const message = `--timeout is a number of seconds, not "${text}"`;
  throw new CommandError(message, exitCodes.wrongUsage);
}
