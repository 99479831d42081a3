import { Command } from "commander";
import type { WebhookConfiguration } from "@gatewright/kubernetes";
import { CommandError } from "../frame/command-error.ts";
import { configOption } from "../frame/config-option.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { addExamples, addExitCodes } from "../frame/help.ts";
import { type OutputFormat, outputOption, writeOutput } from "../frame/output.ts";
import { withProgress } from "../frame/progress.ts";
import type { Terminal } from "../frame/terminal.ts";
import { homeNamespace } from "./home-namespace.ts";
import { addClusterOptions, type ClusterOptions, withCluster } from "./cluster-options.ts";

interface Options extends ClusterOptions {
  readonly config: string;
  readonly caFile?: string;
  readonly timeout: number;
  readonly wait: boolean;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

/** `gatewright register`: has the API server call the webhooks of a configuration file. */
export function registerCommand(terminal: Terminal): Command {
  const command = new Command("register")
    .summary("register the webhooks, once every replica is ready")
    .description(
      "Has the API server call the webhooks of a configuration file: once every replica of the Deployment is ready, and never for what a cluster needs to recover. A server with `registration` in its file does so by itself; then this command is for taking `unregister` back.",
    )
    .addOption(configOption())
    .option("--ca-file <file>", "PEM of the CA of the server's certificate, in place of the file's")
    .option("--timeout <seconds>", "how long to wait for the Deployment", secondsOf, 300)
    .option("--no-wait", "register now, whoever answers")
    .option("--dry-run", "show what would be registered; no cluster is asked")
    .addOption(outputOption())
    .action((options: Options) => run(terminal, options));
  addClusterOptions(command);
  addExamples(command, [
    ["gatewright register -c gatewright.yaml", "after the manifests were applied"],
    ["gatewright register -c gatewright.yaml --dry-run -o yaml", "what it would be"],
  ]);
  return addExitCodes(command, {
    0: "registered, or shown",
    1: "not registered: the Deployment is missing or does not become ready, the CA is not known, the name is taken",
    2: "the command line or the configuration makes no sense; nothing was done",
    3: "the API server cannot be reached, or refused it",
  });
}

async function run(terminal: Terminal, options: Options): Promise<void> {
  const { planRegistration } = await import("./plan-registration.ts");
  const plan = await planRegistration(terminal, options.config, options.caFile);
  if (options.dryRun === true) {
    const { wantedConfigurations } = await import("./wanted-configurations.ts");
    const caBundle = plan.ca.kind === "pem" ? plan.ca.pem : undefined;
    if (caBundle === undefined) {
      terminal.stderr.write("caBundle is left out: the CA is in a Secret of the cluster\n");
    }
    if (!plan.isPlaced) {
      terminal.stderr.write(
        `namespace ${plan.settings.namespace} is shown: without deployment.namespace in the file, the cluster decides\n`,
      );
    }
    return show(terminal, options.output, wantedConfigurations(plan, caBundle));
  }
  const { register } = await import("./register.ts");
  const timeoutSeconds = options.wait ? options.timeout : undefined;
  const registered = await withProgress(terminal, "connecting", (say) =>
    withCluster(terminal, options, async (connection) => {
      const placed = plan.isPlaced
        ? plan
        : await planRegistration(
            terminal,
            options.config,
            options.caFile,
            await homeNamespace(connection, plan.settings.name),
          );
      return register(connection, placed, { timeoutSeconds, say });
    }),
  );
  await show(terminal, options.output, registered);
}

function show(
  terminal: Terminal,
  format: OutputFormat,
  items: readonly WebhookConfiguration[],
): Promise<void> {
  const list = { apiVersion: "v1", kind: "List", items };
  return writeOutput(terminal, format, list, () => tableOf(items));
}

function tableOf(items: readonly WebhookConfiguration[]) {
  return {
    columns: ["KIND", "NAME", "WEBHOOK", "FAILURE POLICY", "LEFT OUT"],
    rows: items.flatMap(({ kind, metadata, webhooks }) =>
      webhooks.map(({ name, failurePolicy, namespaceSelector, matchConditions = [] }) => [
        kind,
        metadata.name,
        name,
        failurePolicy,
        [
          ...(namespaceSelector.matchExpressions ?? [])
            .filter(({ key }) => key === "kubernetes.io/metadata.name")
            .flatMap(({ values = [] }) => values),
          ...matchConditions
            .filter((condition) => condition.name.startsWith(OURS))
            .map((condition) => condition.name.slice(OURS.length)),
        ].join(", "),
      ]),
    ),
  };
}

const OURS = "gatewright-not-";

function secondsOf(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  const message = `--timeout must be whole seconds, not "${text}"`;
  throw new CommandError(message, exitCodes.wrongUsage);
}
