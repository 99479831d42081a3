import type { InspectedConfigFile, LoadConfigOptions } from "./config-file/load-config-file.ts";
import type { ServerOptions } from "./server-options.ts";

/**
 * Reads a configuration file (YAML) as the options of `createServer`. Plugins are imported from the
 * file's folder; relative paths in it are relative to it. `docs/configuration.md` has every key.
 *
 * @throws ConfigurationError with everything that is wrong, each with file, line, column and pointer.
 */
export async function loadConfigFile(
  path: string | URL,
  options?: LoadConfigOptions,
): Promise<ServerOptions> {
  // Whoever configures in code pays for neither YAML nor ajv.
  const file = await import("./config-file/load-config-file.ts");
  return file.loadConfigFile(path, options);
}

/**
 * As `loadConfigFile`, with the file's text, what it says beside the server's options (`deployment`), and what its
 * registration comes to: for tools.
 *
 * @throws ConfigurationError
 */
export async function inspectConfigFile(
  path: string | URL,
  options?: LoadConfigOptions,
): Promise<InspectedConfigFile> {
  const file = await import("./config-file/load-config-file.ts");
  return file.inspectConfigFile(path, options);
}

/**
 * As `loadConfigFile`, for a text that need not be on disk. `file` is what errors call it, and where
 * plugins and paths are relative to.
 *
 * @throws ConfigurationError
 */
export async function loadConfigText(
  text: string,
  file: string,
  options?: LoadConfigOptions,
): Promise<ServerOptions> {
  const { loadConfigText: load } = await import("./config-file/load-config-file.ts");
  return load(text, file, options);
}
