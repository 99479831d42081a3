import { CommanderError } from "commander";
import { CommandError } from "./command-error.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** Codes of Gatewright's errors (`docs/errors.md`) that are the configuration's fault. */
const OF_CONFIGURATION = new Set([
  "GW_NODE_TOO_OLD",
  "GW_CONFIG_INVALID",
  "GW_CONFIG_UNREADABLE",
  "GW_PLUGIN_MISDECLARED",
  "GW_PLUGIN_NOT_FOUND",
  "GW_CLUSTER_CONFIG",
]);

/** Says on standard error what went wrong, and returns the exit code for it. */
export function reportError(error: unknown, { stderr }: Terminal): ExitCode {
  // Commander has said it already, and its help is no error.
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUsage;
  }
  if (error instanceof CommandError) {
    if (error.message !== "") stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  // By their codes: plugins and the command may have a core each, with classes of their own.
  const code = gatewrightCode(error);
  if (code === undefined) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    stderr.write(`${text}\n`);
    return exitCodes.internal;
  }
  const { message } = error as Error;
  // Each line of a ConfigurationError has its code already.
  stderr.write(message.endsWith(`[${code}]`) ? `${message}\n` : `${message} [${code}]\n`);
  if (code === "GW_CONFIG_UNREADABLE") stderr.write("-c FILE names the configuration file\n");
  return exitCodeOf(error);
}

/** The exit code for an error of Gatewright's, whoever has told people of it. */
export function exitCodeOf(error: unknown): Exclude<ExitCode, typeof exitCodes.done> {
  const code = gatewrightCode(error);
  if (code === undefined) return exitCodes.internal;
  if (code === "GW_CLUSTER") return exitCodes.cluster;
  return OF_CONFIGURATION.has(code) ? exitCodes.wrongUsage : exitCodes.refused;
}

function gatewrightCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === "string" && code.startsWith("GW_") ? code : undefined;
}
