import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import {
  describeServer,
  type InspectedConfigFile,
  inspectConfigFile,
  type WebhookEndpoint,
} from "@gatewright/core";
import {
  type RegistrationSettings,
  registrationSettings,
} from "@gatewright/kubernetes/registration";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import type { Terminal } from "../frame/terminal.ts";
import { DEFAULT_NAMESPACE } from "./default-namespace.ts";

/** Where the CA is that the server's certificate is of. */
export type CaSource =
  | { readonly kind: "pem"; readonly pem: string; readonly file: string }
  /** `ca.crt` of a Secret in the server's namespace. */
  | { readonly kind: "secret"; readonly name: string };

/** What is to be registered, known without a cluster. */
export interface RegistrationPlan {
  readonly settings: RegistrationSettings;
  readonly endpoints: readonly WebhookEndpoint[];
  readonly ca: CaSource;
  /** The server does it by itself, too. */
  readonly selfRegisters: boolean;
}

/**
 * What a configuration file has registered. Plugins are imported for what they declare, as the server does, and not set up.
 *
 * @param caFile - in place of what the file says of the CA; relative to the terminal's folder
 * @throws ConfigurationError with everything that is wrong with the file; CommandError where the CA is not known.
 */
export async function planRegistration(
  { cwd }: Pick<Terminal, "cwd">,
  config: string,
  caFile: string | undefined,
): Promise<RegistrationPlan> {
  const path = resolve(cwd, config);
  const inspected = await inspectConfigFile(path, { importPlugin: (name) => import(name) });
  const { endpoints } = await describeServer(inspected.options);
  const settings = registrationSettings(
    inspected.registration,
    { namespace: DEFAULT_NAMESPACE },
    "none",
  );
  const given = caFile === undefined ? undefined : resolve(cwd, caFile);
  return {
    settings,
    endpoints,
    ca: await caSourceOf(inspected, settings, given),
    selfRegisters: inspected.file.registration !== undefined,
  };
}

async function caSourceOf(
  { file, path, secretName }: InspectedConfigFile,
  { certManager }: RegistrationSettings,
  given: string | undefined,
): Promise<CaSource> {
  if (given !== undefined) return readCa(given);
  if (secretName !== undefined) return { kind: "secret", name: secretName };
  if (certManager !== undefined) {
    // As the manifests call it.
    const [, certificate = ""] = certManager.split("/");
    return { kind: "secret", name: `${certificate}-tls` };
  }
  const { certFile, caFile, developmentFolder = ".gatewright" } = file.tls ?? {};
  const folder = dirname(path);
  if (caFile !== undefined) return readCa(resolve(folder, caFile));
  if (certFile === undefined) return readCa(join(resolve(folder, developmentFolder), "ca.crt"));
  const message =
    "nobody knows which CA the server's certificate is of: name it with --ca-file, or as tls.caFile in the configuration";
  throw new CommandError(message, exitCodes.wrongUsage);
}

async function readCa(file: string): Promise<CaSource> {
  try {
    return { kind: "pem", pem: await readFile(file, "utf8"), file };
  } catch (error) {
    const message = `the CA cannot be read: ${(error as Error).message}\n--ca-file names another file`;
    throw new CommandError(message, exitCodes.wrongUsage);
  }
}
