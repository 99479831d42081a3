import { ConfigurationError } from "../configuration-error.ts";
import { importModule, type PluginSource } from "./import-plugin.ts";

/** The package for what talks to a cluster. Core does not depend on it: a server without a cluster has no use for it. */
const PACKAGE = "@gatewright/kubernetes";

/**
 * A function of `@gatewright/kubernetes`, which is found as plugins are, and imported only when this is called.
 *
 * @param pointer - what in the file needs it
 * @throws ConfigurationError `GW_CLUSTER_CONFIG` where it cannot be imported, or is of another version.
 */
export async function fromKubernetes<F extends (...given: never) => unknown>(
  name: string,
  pointer: string,
  source: PluginSource,
): Promise<F> {
  const unusable = (message: string) =>
    new ConfigurationError([{ code: "GW_CLUSTER_CONFIG", pointer, message }], source.file);
  const module = await importModule(PACKAGE, source);
  if ("code" in module) throw unusable(module.message);
  const found = ((module.namespace ?? {}) as Record<string, unknown>)[name];
  if (typeof found !== "function") {
    throw unusable(`${PACKAGE} has no ${name}: is it of another version?`);
  }
  return found as F;
}
