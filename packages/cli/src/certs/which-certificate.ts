import { resolve } from "node:path";
import type { ClusterConnection } from "@gatewright/core";
import type { Command } from "commander";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { readInputFile } from "../frame/input-file.ts";
import type { Terminal } from "../frame/terminal.ts";
import { DEFAULT_NAMESPACE } from "../registration/default-namespace.ts";
import { homeNamespace } from "../registration/home-namespace.ts";

/** By which options a certificate is found. */
export interface CertificateOptions {
  readonly config?: string;
  readonly namespace?: string;
  readonly secret?: string;
  readonly service?: string;
}

/** A certificate in a cluster, and whose it is. */
export interface NamedCertificate {
  readonly secret: { readonly name: string; readonly namespace: string };
  readonly service: { readonly name: string; readonly namespace: string };
  /** Of a URL by which it is registered in place of the Service, if any. */
  readonly hosts: readonly string[];
}

/** Adds the options by which a certificate is found. */
export function addCertificateOptions(command: Command): Command {
  return command
    .option("-c, --config <file>", "the configuration file, which names Secret and Service")
    .option(
      "--namespace <name>",
      `of both; by default the file's, or ${DEFAULT_NAMESPACE}; of a file without deployment, where it is registered or installed, or the context's`,
    )
    .option("--secret <name>", "by default the file's, or that of the Service with -tls")
    .option("--service <name>", "by default the file's, or gatewright");
}

/**
 * What the configuration file says of it: of the file, names alone are read, for whether the server could start with it
 * does not matter.
 *
 * @throws CommandError where the file cannot be read.
 */
export async function certificateNames(
  { cwd }: Pick<Terminal, "cwd">,
  { config }: CertificateOptions,
): Promise<CertificateNames> {
  // Without a file, as if it had a `deployment` with all its defaults.
  return config === undefined ? { deployment: {} } : namesIn(resolve(cwd, config));
}

/** Which certificate is meant, by the options and the file. */
export async function whichCertificate(
  options: CertificateOptions,
  file: CertificateNames,
  connection: Pick<ClusterConnection, "get" | "namespace">,
): Promise<NamedCertificate> {
  const deployed = file.deployment?.name ?? "gatewright";
  const registered = file.registration?.name ?? deployed;
  const namespace =
    options.namespace ??
    (file.deployment == null
      ? await homeNamespace(connection, registered)
      : (file.deployment.namespace ?? DEFAULT_NAMESPACE));
  const service = file.registration?.service;
  const name = options.service ?? service?.name ?? deployed;
  const { url } = file.registration ?? {};
  return {
    secret: { name: options.secret ?? file.tls?.secret?.name ?? `${name}-tls`, namespace },
    service: { name, namespace: options.namespace ?? service?.namespace ?? namespace },
    hosts: url !== undefined && URL.canParse(url) ? [new URL(url).hostname] : [],
  };
}

/** What of a configuration file names a certificate. */
export interface CertificateNames {
  deployment?: { name?: string; namespace?: string } | null;
  registration?: {
    name?: string;
    service?: { name?: string; namespace?: string };
    url?: string;
  } | null;
  tls?: { secret?: { name?: string } | null } | null;
}

async function namesIn(path: string): Promise<CertificateNames> {
  const { parse } = await import("yaml");
  const text = await readInputFile(path, path);
  try {
    return (parse(text) as CertificateNames | null) ?? {};
  } catch (error) {
    // Behind its first line, the parser shows the place.
    const [why = ""] = (error as Error).message.split("\n");
    const message = `${path} is no YAML: ${why.replace(/:$/, "")}`;
    throw new CommandError(message, exitCodes.wrongUsage);
  }
}
