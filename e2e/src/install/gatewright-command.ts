import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The configuration that these suites install. */
export const configFile = fileURLToPath(new URL("gatewright.yaml", import.meta.url));

/** What its deployment is called, and where it is. */
export const name = "gatewright";
export const namespace = "gatewright-system";

const command = fileURLToPath(new URL("main.js", import.meta.resolve("gatewright")));

/**
 * Runs the gatewright command in a process of its own, and resolves to its standard output.
 *
 * @throws Error with what it said where its exit code is not 0
 */
export async function gatewright(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...args]);
  return stdout;
}
