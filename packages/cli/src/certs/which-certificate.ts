import { resolve } from "node:path";
import type { Command } from "commander";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { readInputFile } from "../frame/input-file.ts";
import type { Terminal } from "../frame/terminal.ts";
import { DEFAULT_NAMESPACE } from "../registration/default-namespace.ts";

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
    .option("--namespace <name>", `of both; by default the file's, or ${DEFAULT_NAMESPACE}`)
    .option("--secret <name>", "by default the file's, or that of the Service with -tls")
    .option("--service <name>", "by default the file's, or gatewright");
}

/**
 * Which certificate is meant. Of the file, names alone are read: whether the server could start with it does not matter.
 *
 * @throws CommandError where the file cannot be read.
 */
export async function whichCertificate(
  { cwd }: Pick<Terminal, "cwd">,
  options: CertificateOptions,
): Promise<NamedCertificate> {
  const file = options.config === undefined ? {} : await namesIn(resolve(cwd, options.config));
  const deployed = file.deployment?.name ?? "gatewright";
  const namespace = options.namespace ?? file.deployment?.namespace ?? DEFAULT_NAMESPACE;
  const service = file.registration?.service;
  const name = options.service ?? service?.name ?? deployed;
  const { url } = file.registration ?? {};
  return {
    secret: { name: options.secret ?? file.tls?.secret?.name ?? `${name}-tls`, namespace },
    service: { name, namespace: options.namespace ?? service?.namespace ?? namespace },
    hosts: url !== undefined && URL.canParse(url) ? [new URL(url).hostname] : [],
  };
}

interface Names {
  deployment?: { name?: string; namespace?: string } | null;
  registration?: { service?: { name?: string; namespace?: string }; url?: string } | null;
  tls?: { secret?: { name?: string } | null } | null;
}

async function namesIn(path: string): Promise<Names> {
  const { parse } = await import("yaml");
  const text = await readInputFile(path, path);
  try {
    return (parse(text) as Names | null) ?? {};
  } catch (error) {
    const message = `${path} is no YAML: ${(error as Error).message}`;
    throw new CommandError(message, exitCodes.wrongUsage);
  }
}
