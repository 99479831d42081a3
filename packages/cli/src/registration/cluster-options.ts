import { resolve } from "node:path";
import type { ClusterConnection } from "@gatewright/core";
import type { Command } from "commander";
import type { Terminal } from "../frame/terminal.ts";

/** Which cluster a command works on. */
export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** `--kubeconfig FILE` and `--context NAME`. */
export function addClusterOptions(command: Command): Command {
  return command
    .option("--kubeconfig <file>", "the cluster; by default that of kubectl")
    .option("--context <name>", "a context of the kubeconfig other than its current one");
}

/** Works with a connection, and closes it. */
export async function withCluster<T>(
  { cwd }: Pick<Terminal, "cwd">,
  { kubeconfig, context }: ClusterOptions,
  work: (connection: ClusterConnection) => Promise<T>,
): Promise<T> {
  const { connectCluster } = await import("@gatewright/kubernetes");
  const connection = await connectCluster({
    ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(cwd, kubeconfig) }),
    ...(context === undefined ? {} : { context }),
  });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
