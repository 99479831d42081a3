import { Command } from "commander";
import { CommandError, endWith } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { addExamples, addExitCodes } from "../frame/help.ts";
import { type OutputFormat, outputOption, writeOutput } from "../frame/output.ts";
import { withProgress } from "../frame/progress.ts";
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
  whichCertificate,
} from "./which-certificate.ts";

interface Options extends CertificateOptions, ClusterOptions {
  readonly connect?: string;
  readonly cert?: string;
  readonly caFile?: string;
  readonly output: OutputFormat;
}

/** `gatewright certs show`: dates, names, and whether every caller verifies what is served. */
export function showCommand(terminal: Terminal): Command {
  const command = addCertificateOptions(
    new Command("show")
      .summary("dates and names, and whether every registered caBundle verifies what is served")
      .description(
        "Shows the certificate in the server's Secret, its CAs, and for each webhook that is registered for the server's Service whether its caBundle verifies the certificate: by CA, name and dates. With --connect, what a server serves counts, and not what the Secret holds. With --cert, files are looked at, and no cluster.",
      )
      .option("--connect <host:port>", "a server, such as one behind kubectl port-forward")
      .option("--cert <file>", "PEM of a certificate; no cluster is asked")
      .option("--ca-file <file>", "beside --cert: PEM of the CAs it is to be verified with"),
  )
    .addOption(outputOption())
    .action((options: Options) => run(terminal, options));
  addClusterOptions(command);
  addExamples(command, [
    ["gatewright certs show -c gatewright.yaml", "in the cluster of the current context"],
    [
      "kubectl -n gatewright-system port-forward service/gatewright 8443:443 & gatewright certs show -c gatewright.yaml --connect localhost:8443",
      "what one of the servers serves right now",
    ],
    ["gatewright certs show --cert tls.crt --ca-file ca.crt", "files"],
  ]);
  return addExitCodes(command, {
    0: "everybody who calls can verify it",
    1: "somebody cannot, a certificate has run out, or there is none",
    2: "the command line makes no sense, or a file cannot be read",
    3: "the API server cannot be reached, or refused it",
  });
}

async function run(terminal: Terminal, options: Options): Promise<void> {
  const { cert, caFile, connect } = options;
  if (caFile !== undefined && cert === undefined) {
    throw new CommandError("--ca-file goes with --cert", exitCodes.wrongUsage);
  }
  if (cert !== undefined && connect !== undefined) {
    throw new CommandError("--connect and --cert: one of the two", exitCodes.wrongUsage);
  }
  const { foundInCluster, foundInFiles } = await import("./find-served.ts");
  const { showReport, showText } = await import("./show-report.ts");
  const names = await certificateNames(terminal, options);
  const found =
    cert === undefined
      ? await withProgress(terminal, "connecting", (say) =>
          withCluster(terminal, options, async (connection) => {
            say(`looking at ${connection.url}`);
            return foundInCluster(
              connection,
              await whichCertificate(options, names, connection),
              connect,
            );
          }),
        )
      : await foundInFiles(terminal, cert, caFile);
  const report = await showReport(found, Date.now());
  await writeOutput(terminal, options.output, report, () => showText(report, cert === undefined));
  if (report.problems.length > 0) throw endWith(exitCodes.refused);
}
