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
import { readCaFile } from "../certs/read-ca-file.ts";
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
  /** Whether the file says which namespace the server is in; else it is what was given. */
  readonly isPlaced: boolean;
}

/**
 * What a configuration file has registered. Plugins are imported for what they declare, as the server does, and not set up.
 *
 * @param caFile - in place of what the file says of the CA; relative to the terminal's folder
 * @param namespace - of the server, where the file does not say
 * @throws ConfigurationError with everything that is wrong with the file; CommandError where the CA is not known.
 */
export async function planRegistration(
  { cwd }: Pick<Terminal, "cwd">,
  config: string,
  caFile: string | undefined,
  namespace: string = DEFAULT_NAMESPACE,
): Promise<RegistrationPlan> {
  const path = resolve(cwd, config);
  const inspected = await inspectConfigFile(path, { importPlugin: (name) => import(name) });
  const { endpoints } = await describeServer(inspected.options);
  const { registration, file } = inspected;
  const settings = registrationSettings(registration, { namespace }, "none");
  return {
    settings,
    isPlaced: file.deployment != null || (registration.service?.namespace ?? "") !== "",
    endpoints,
    ca:
      caFile === undefined
        ? await caSourceOf(inspected, settings)
        : await readCa(resolve(cwd, caFile), `--ca-file ${caFile}`),
    selfRegisters: inspected.file.registration !== undefined,
  };
}

async function caSourceOf(
  { file, path, secretName }: InspectedConfigFile,
  { certManager }: RegistrationSettings,
): Promise<CaSource> {
  if (secretName !== undefined) return { kind: "secret", name: secretName };
  if (certManager !== undefined) {
    // As the manifests call it.
    const [, certificate = ""] = certManager.split("/");
    return { kind: "secret", name: `${certificate}-tls` };
  }
  const { certFile, caFile, developmentFolder = ".gatewright" } = file.tls ?? {};
  const folder = dirname(path);
  if (caFile !== undefined) {
    const file = resolve(folder, caFile);
    return readServersCa(file, `tls.caFile ${file}`);
  }
  if (certFile === undefined) {
    const file = join(resolve(folder, developmentFolder), "ca.crt");
    return readServersCa(file, `the development certificate's CA ${file}`);
  }
  const message =
    "nobody knows which CA the server's certificate is of: name it with --ca-file, or as tls.caFile in the configuration";
  throw new CommandError(message, exitCodes.wrongUsage);
}

async function readCa(file: string, shown: string): Promise<CaSource> {
  const { pem } = await readCaFile(file, shown);
  return { kind: "pem", pem, file };
}

/** The file is named by what the server reads, whose folders are often those of its pods. */
async function readServersCa(file: string, shown: string): Promise<CaSource> {
  return readCa(file, shown).catch((error: CommandError) => {
    throw new CommandError(`${error.message}\n--ca-file names another file`, error.exitCode);
  });
}
