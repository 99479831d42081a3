import { resolve } from "node:path";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { readInputFile } from "../frame/input-file.ts";
import type { Terminal } from "../frame/terminal.ts";
import { DEFAULT_NAMESPACE } from "./default-namespace.ts";

/** What of a configuration file says which webhook configurations are its own. */
export interface NamedInstallation {
  /** Of both configurations. */
  readonly name: string;
  /** `namespace/deployment`; undefined is anybody's. */
  readonly installation: string | undefined;
  /** What the Deployment is called that is told where nothing is registered, of a file that does not say where it is. */
  readonly ownDeployment?: string;
}

/**
 * Reads names alone: a file that the server would refuse, or whose plugins are not installed here, is no reason to leave
 * its webhooks in the way.
 */
export async function namedInstallation(
  { cwd }: Pick<Terminal, "cwd">,
  config: string,
): Promise<NamedInstallation> {
  const otherwise = "\n-c names another file; without any: gatewright unregister --name NAME";
  const path = resolve(cwd, config);
  const text = await readInputFile(path, config).catch((error: CommandError) => {
    throw new CommandError(`${error.message}${otherwise}`, error.exitCode);
  });
  const { parse } = await import("yaml");
  let file: { registration?: Named; deployment?: Named | null } | null;
  try {
    file = parse(text) as typeof file;
  } catch (error) {
    const message = `${config} is no YAML: ${firstLine((error as Error).message)}${otherwise}`;
    throw new CommandError(message, exitCodes.wrongUsage);
  }
  const { name = "gatewright", namespace = DEFAULT_NAMESPACE } = file?.deployment ?? {};
  const registered = file?.registration?.name ?? name;
  // A server of such a file is of the namespace that its context had, which nobody wrote down: its name counts alone.
  return file?.deployment == null
    ? { name: registered, installation: undefined, ownDeployment: name }
    : { name: registered, installation: `${namespace}/${name}` };
}

/** Behind it, the parser shows the place. */
const firstLine = (text: string) => text.split("\n")[0]?.replace(/:$/, "");

interface Named {
  name?: string;
  namespace?: string;
}
