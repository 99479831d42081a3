import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigurationError, type ConfigurationIssue } from "../configuration-error.ts";
import type { ServerOptions } from "../server-options.ts";
import { canonicalHosts } from "../tls/development-hosts.ts";
import { checkSchema } from "./check-schema.ts";
import { loadFilePlugins } from "./file-plugins.ts";
import { parseYaml } from "./parse-yaml.ts";
import { readConfigFile } from "./read-config-file.ts";
import { secretNameOf } from "./certificate-of-file.ts";
import { type RegistrationSettings, registrationSettings } from "./registration-of-file.ts";
import type { ConfigFile } from "./schema.ts";
import { serverOptionsOf } from "./server-options-of.ts";

/** How a configuration file's plugins are found. */
export interface LoadConfigOptions {
  /**
   * Imports a package that cannot be found from the file's folder, which may be anywhere
   * (`/etc/gatewright.yaml`): `(name) => import(name)` finds what the calling module depends on.
   * @default packages that the working directory sees
   */
  importPlugin?: (specifier: string) => Promise<unknown>;
}

/**
 * Reads a YAML configuration file and imports the plugins that it names, from its own folder, then by
 * `importPlugin`, then from the working directory.
 *
 * @throws ConfigurationError with everything that is wrong with the file and with its plugins'
 *   configurations, each with line, column and JSON pointer.
 *
 * @example
 * const options = await loadConfigFile("gatewright.yaml", { importPlugin: (name) => import(name) });
 * await serve(options);
 */
export async function loadConfigFile(
  path: string | URL,
  options: LoadConfigOptions = {},
): Promise<ServerOptions> {
  const file = path instanceof URL ? fileURLToPath(path) : path;
  return loadConfigText(await readConfigFile(file), file, options);
}

/** A configuration file, and what is in it. */
export interface InspectedConfigFile {
  /** The file's text, as it is. */
  readonly text: string;
  /** Its absolute path. */
  readonly path: string;
  /** What it says, checked; defaults are not filled in. */
  readonly file: ConfigFile;
  /** The options of `createServer` that it stands for. */
  readonly options: ServerOptions;
  /** How its webhooks are to be registered, by the server or by somebody else. */
  readonly registration: RegistrationSettings;
  /** The Secret that the server keeps its certificate in; undefined where it is of another kind. */
  readonly secretName: string | undefined;
}

/**
 * As `loadConfigFile`, with what the file says beside it: `deployment`, say, which is no server's option.
 *
 * @throws ConfigurationError as `loadConfigFile` does.
 */
export async function inspectConfigFile(
  path: string | URL,
  options: LoadConfigOptions = {},
): Promise<InspectedConfigFile> {
  const named = path instanceof URL ? fileURLToPath(path) : path;
  const text = await readConfigFile(named);
  return { text, path: resolve(named), ...(await readText(text, named, options)) };
}

/**
 * As `loadConfigFile`, for a text that is not, or not yet, in a file.
 *
 * @param file - where the text would stand: errors name it, paths and plugins are relative to its
 *   folder.
 */
export async function loadConfigText(
  text: string,
  file: string,
  options: LoadConfigOptions = {},
): Promise<ServerOptions> {
  return (await readText(text, file, options)).options;
}

async function readText(
  text: string,
  file: string,
  options: LoadConfigOptions,
): Promise<Omit<InspectedConfigFile, "text" | "path">> {
  const parsed = await parseYaml(text);
  if (parsed.value === undefined) throw new ConfigurationError(parsed.issues, file);
  if (parsed.value === null && parsed.issues.length === 0) throw empty(file);
  const path = resolve(file);
  const source = { file: path, importPlugin: options.importPlugin };
  const refuse = (wrong: readonly ConfigurationIssue[]) =>
    new ConfigurationError(wrong.map(parsed.locate).toSorted(byPlace), file);
  const { plugins, issues } = await loadFilePlugins(parsed.value, source, refuse);
  const found = [
    ...(await checkSchema(parsed.value)),
    ...checkHosts(parsed.value),
    ...needsCluster(parsed.value),
    ...issues,
  ];
  const news = found.filter(({ pointer }) => !parsed.unread.has(pointer));
  const all = [...parsed.issues, ...news.map((issue) => parsed.locate(issue))];
  if (all.length > 0) throw new ConfigurationError(all.toSorted(byPlace), file);
  const sound = parsed.value as ConfigFile;
  return {
    file: sound,
    options: serverOptionsOf(sound, plugins, source),
    registration: registrationSettings(sound),
    secretName: secretNameOf(sound),
  };
}

/** What no schema can say of `tls.hosts`. */
function checkHosts(value: unknown): ConfigurationIssue[] {
  const hosts: unknown = (value as { tls?: { hosts?: unknown } } | null)?.tls?.hosts;
  if (!Array.isArray(hosts)) return [];
  return hosts.flatMap((host: unknown, index) => {
    try {
      if (typeof host === "string" && host !== "") canonicalHosts([host]);
      return [];
    } catch (error) {
      const { message } = error as Error;
      return [{ code: "GW_CONFIG_INVALID" as const, pointer: `/tls/hosts/${index}`, message }];
    }
  });
}

/** A Secret and a registration are in a cluster. */
function needsCluster(value: unknown): ConfigurationIssue[] {
  const { cluster, registration, tls } = (value ?? {}) as Partial<ConfigFile>;
  if (cluster !== undefined) return [];
  const needed = [
    ...(tls?.secret === undefined ? [] : ["/tls/secret"]),
    ...(registration === undefined ? [] : ["/registration"]),
  ];
  const message = "needs a cluster: write cluster: {} into the file";
  return needed.map((pointer) => ({ code: "GW_CONFIG_INVALID" as const, pointer, message }));
}

function byPlace(a: ConfigurationIssue, b: ConfigurationIssue): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function empty(file: string): ConfigurationError {
  const message =
    "is empty; the least is: webhooks: { pods.example.com: { plugins: [{ plugin: … }] } }";
  const issue = { code: "GW_CONFIG_INVALID", pointer: "", message, line: 1, column: 1 } as const;
  return new ConfigurationError([issue], file);
}
