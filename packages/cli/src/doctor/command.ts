import { resolve } from "node:path";
import { Command, Option } from "commander";
import { createPainter } from "../frame/colour.ts";
import { CommandError, endWith } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { addExamples, addExitCodes } from "../frame/help.ts";
import { type OutputFormat, outputOption, writeOutput } from "../frame/output.ts";
import { withProgress } from "../frame/progress.ts";
import type { Terminal } from "../frame/terminal.ts";
import { isAtLeast, type Severity } from "./finding.ts";
import { type Report, reportText } from "./report.ts";
import type { Snapshot } from "./snapshot.ts";

interface DoctorOptions {
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly kubernetesVersion?: string;
  readonly severity: Severity;
  readonly skip?: readonly string[];
  readonly output: OutputFormat;
}

/** Else a wrong folder would be as good as a clean one. */
const NOTHING =
  "there is no webhook configuration and no policy to judge; those that a server registers by itself are in the cluster, or come of --config";

/** What is judged, and what could not be looked at. */
interface Looked {
  readonly snapshot: Snapshot;
  readonly notes: readonly string[];
}

/** `gatewright doctor`: what is wrong with webhook configurations, ours or anybody's. */
export function doctorCommand(terminal: Terminal): Command {
  const command = new Command("doctor")
    .summary("judge webhook configurations, of files or of a cluster")
    .description(
      "Judges every webhook configuration and ValidatingAdmissionPolicy, whoever wrote it: bypasses, lock-outs, certificates, timeouts, services; and says what would still work if every server of webhooks were down. Reads files, folders and standard input (-), or what a configuration file comes to, or else the cluster. Gatewright's documentation explains each finding on a page of its own, doctor/checks.",
    )
    .argument("[files...]", "manifests in YAML or JSON, folders of them, or - for standard input")
    .option("-c, --config <file>", "what gatewright would register for a configuration file")
    .option("--kubeconfig <file>", "the cluster to judge; by default that of kubectl")
    .option("--context <name>", "a context of the kubeconfig other than its current one")
    .option("--kubernetes-version <1.N>", "of the control plane, for what depends on it", versionOf)
    .addOption(
      new Option("--severity <least>", "what to show, and to end with 1 for")
        .choices(["error", "warning", "info"])
        .default("warning"),
    )
    .option("--skip <ids>", "findings to leave out, with commas between: GWD126,GWD503", idsOf)
    .addOption(outputOption())
    .action((files: string[], options: DoctorOptions) => examine(terminal, files, options));
  addExamples(command, [
    ["gatewright doctor", "the cluster of the current context"],
    ["helm template my-chart | gatewright doctor -", "a chart, before it is installed"],
    [
      "gatewright doctor manifests/ --severity error --skip GWD605",
      "in CI: fail for what is broken alone, and not for one replica",
    ],
    ["gatewright doctor -c gatewright.yaml", "what our own registration would be"],
  ]);
  return addExitCodes(command, {
    0: "nothing was found, or nothing as bad as --severity",
    1: "something was found",
    2: "the command line makes no sense, or a file cannot be read",
    3: "the API server cannot be reached, or does not let its webhook configurations be read",
  });
}

async function examine(
  terminal: Terminal,
  files: readonly string[],
  options: DoctorOptions,
): Promise<void> {
  const { patientOf } = await import("./check.ts");
  const { diagnose, unknownIds } = await import("./diagnose.ts");
  const { outage } = await import("./outage.ts");
  const [unknown] = unknownIds(options.skip ?? []);
  if (unknown !== undefined) {
    throw new CommandError(`--skip: there is no finding ${unknown}`, exitCodes.wrongUsage);
  }
  const { snapshot, notes } = await look(terminal, files, options);
  const judged: Snapshot = {
    ...snapshot,
    kubernetesVersion: options.kubernetesVersion ?? snapshot.kubernetesVersion,
  };
  const all = diagnose(judged, options.skip);
  const findings = all.filter(({ severity }) => isAtLeast(severity, options.severity));
  const { gates, webhooks } = patientOf(judged);
  const report: Report = {
    judged: { webhooks: webhooks.length, policies: gates.length - webhooks.length },
    findings,
    outage: outage(judged),
    notes: gates.length + all.length > 0 ? notes : [...notes, NOTHING],
    hidden: all.length - findings.length,
  };
  await writeOutput(terminal, options.output, report, () =>
    reportText(
      report,
      createPainter(terminal),
      terminal.isTTY.stdout ? terminal.columns : undefined,
    ),
  );
  if (findings.length > 0) throw endWith(exitCodes.refused);
}

async function look(
  terminal: Terminal,
  files: readonly string[],
  options: DoctorOptions,
): Promise<Looked> {
  const { config, kubeconfig, context } = options;
  const isOffline = files.length > 0 || config !== undefined;
  if (isOffline && (kubeconfig !== undefined || context !== undefined)) {
    throw new CommandError(
      "either files or a cluster: --kubeconfig and --context go with neither files nor --config",
      exitCodes.wrongUsage,
    );
  }
  return isOffline ? lookAtFiles(terminal, files, config) : lookAtCluster(terminal, options);
}

async function lookAtFiles(
  terminal: Terminal,
  files: readonly string[],
  config: string | undefined,
): Promise<Looked> {
  const { readManifests } = await import("./read-manifests.ts");
  const { mountedCertificates } = await import("./mounted-certificates.ts");
  const objects = await readManifests(terminal, files);
  if (config !== undefined) {
    const { readConfig } = await import("./read-config.ts");
    objects.push(...(await readConfig(terminal, config)));
  }
  const snapshot: Snapshot = { objects, complete: false };
  return { snapshot: { ...snapshot, served: mountedCertificates(snapshot) }, notes: [] };
}

async function lookAtCluster(
  terminal: Terminal,
  { kubeconfig, context }: DoctorOptions,
): Promise<Looked> {
  const { connectCluster } = await import("@gatewright/kubernetes");
  const { readCluster } = await import("./read-cluster.ts");
  return withProgress(terminal, "connecting", async (say) => {
    const connection = await connectCluster({
      ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(terminal.cwd, kubeconfig) }),
      ...(context === undefined ? {} : { context }),
    });
    try {
      return await readCluster(connection, say);
    } finally {
      await connection.close();
    }
  });
}

function idsOf(text: string): string[] {
  return text.split(",").map((id) => id.trim());
}

function versionOf(text: string): string {
  if (/^v?1\.\d+/.test(text)) return text;
  const message = `--kubernetes-version must be like 1.30, not "${text}"`;
  throw new CommandError(message, exitCodes.wrongUsage);
}
