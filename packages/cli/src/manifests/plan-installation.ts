import { basename, relative, resolve } from "node:path";
import {
  ConfigurationError,
  type ConfigurationIssue,
  describeServer,
  inspectConfigFile,
} from "@gatewright/core";
import type { Terminal } from "../frame/terminal.ts";
import { checkInstallation, issuesOf } from "./check-installation.ts";
import { installationOf } from "./installation-of.ts";
import type { Installation } from "./installation.ts";
import { locate } from "./locate.ts";

/** An installation that can work, and what to say beside it. */
export interface Plan {
  readonly installation: Installation;
  /** For the head of what is written: where it came from, and what is not in it. */
  readonly heading: string;
  /** Lines for people, each with file and line. */
  readonly warnings: readonly string[];
}

/**
 * What a configuration file comes to in a cluster. Plugins are imported for what they declare, as the server does, and
 * not set up.
 *
 * @param config - the file, relative to the terminal's folder
 * @param image - in place of the file's
 * @throws ConfigurationError with everything that is wrong with the file, or could not work in a cluster.
 */
export async function planInstallation(
  { cwd }: Pick<Terminal, "cwd">,
  config: string,
  image: string | undefined,
): Promise<Plan> {
  const path = resolve(cwd, config);
  const inspected = await inspectConfigFile(path, { importPlugin: (name) => import(name) });
  const named = image ?? inspected.file.deployment?.image;
  const { errors, warnings } = checkInstallation(inspected.file, named);
  const name = shortPath(cwd, path);
  if (errors.length > 0 || named === undefined) {
    throw new ConfigurationError(locate(inspected.text, issuesOf(errors)), name);
  }
  const description = await describeServer(inspected.options);
  const installation = await installationOf(inspected, description, named);
  return {
    installation,
    heading: headingOf(basename(path), installation),
    warnings: locate(inspected.text, issuesOf(warnings)).map((issue) => warningLine(name, issue)),
  };
}

function warningLine(file: string, { line, column, pointer, message }: ConfigurationIssue): string {
  return `${file}:${line}:${column}: ${pointer}: warning: ${message}`;
}

/** As it was named, where that is shorter than the whole path. */
function shortPath(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.startsWith("..") ? path : short;
}

function headingOf(file: string, { registers, name, namespace }: Installation): string {
  const registration = registers
    ? "Webhook configurations are not among them: the server registers its webhooks itself, once all replicas are ready."
    : `Webhook configurations are not among them: they come last. Once Deployment ${namespace}/${name} is ready:\n  gatewright register -c ${file}`;
  return `Written by gatewright manifests -c ${file}: change that file, and write them again.\n${registration}`;
}
