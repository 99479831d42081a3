import { dirname } from "node:path";
import { inspect } from "node:util";
import { isPlugin, type Plugin } from "../plugin.ts";
import type { ErrorCode } from "../errors.ts";
import { adviceFor, isPath, packageName, resolvePackage, resolvePath } from "./resolve-plugin.ts";

/** Where plugins come from. */
export interface PluginSource {
  /** The configuration file, absolute: paths and packages are looked for from its folder. */
  readonly file: string;
  /** For packages that the file's folder does not see. */
  readonly importPlugin: ((specifier: string) => Promise<unknown>) | undefined;
}

/** Why there is no plugin to be had. */
export interface ImportProblem {
  code: ErrorCode;
  message: string;
}

/**
 * The plugin that a configuration file names, with its configuration, which is not yet checked. Never
 * throws, whatever the module does.
 */
export async function importPlugin(
  specifier: string,
  config: unknown,
  source: PluginSource,
): Promise<Plugin | ImportProblem> {
  const module = await importModule(specifier, source);
  if ("code" in module) return module;
  const exported = (module.namespace ?? {}) as Record<string, unknown>;
  const found: unknown = exported["default"];
  try {
    const plugin = isFactory(found) ? found(config) : undefined;
    return isPlugin(plugin) ? plugin : misdeclared(specifier, found, exported);
  } catch {
    return misdeclared(specifier, found, exported);
  }
}

/** The module of a package or file that a configuration names, or why there is none. Never throws. */
export async function importModule(
  specifier: string,
  { file, importPlugin }: PluginSource,
): Promise<{ namespace: unknown } | ImportProblem> {
  const folder = dirname(file);
  if (isPath(specifier)) {
    const found = await resolvePath(specifier, folder);
    return found !== undefined && "url" in found
      ? importUrl(specifier, found.url)
      : notFound(found?.message ?? "");
  }
  if (/^[a-z][a-z0-9+.-]+:/i.test(specifier)) {
    return notFound('must be the name of a package, or a path that begins with "./" or "/"');
  }
  const folders = [folder, process.cwd()];
  for (const [index, from] of folders.entries()) {
    const found = await resolvePackage(specifier, from);
    if (found !== undefined && "url" in found) return importUrl(specifier, found.url);
    if (found !== undefined) return notFound(found.message);
    if (index > 0 || importPlugin === undefined) continue;
    try {
      const namespace = await importPlugin(specifier);
      if (namespace !== undefined) return { namespace };
    } catch (error) {
      if (!saysNotFound(error, specifier)) return threw(specifier, error);
    }
  }
  return notFound(await adviceFor(specifier, folders));
}

async function importUrl(
  specifier: string,
  url: string,
): Promise<{ namespace: unknown } | ImportProblem> {
  try {
    return { namespace: await import(url) };
  } catch (error) {
    return threw(specifier, error);
  }
}

/** Whether it is the plugin that was not found, and not something that the plugin imports. */
function saysNotFound(error: unknown, specifier: string): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return (
    (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") &&
    String(message).includes(`'${packageName(specifier)}'`)
  );
}

function isFactory(value: unknown): value is (config: unknown) => unknown {
  const { definition } = (value ?? {}) as { definition?: unknown };
  return typeof value === "function" && typeof definition === "object" && definition !== null;
}

function threw(specifier: string, error: unknown): ImportProblem {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : inspect(error);
  const [line] = text.split("\n");
  return notFound(`${JSON.stringify(specifier)} threw while it was imported: ${line}`);
}

function notFound(message: string): ImportProblem {
  return { code: "GW_PLUGIN_NOT_FOUND", message };
}

function misdeclared(
  specifier: string,
  found: unknown,
  exported: Record<string, unknown>,
): ImportProblem {
  const message = `${JSON.stringify(specifier)} is no plugin: ${adviceOn(found, exported)}`;
  return { code: "GW_PLUGIN_MISDECLARED", message };
}

function adviceOn(found: unknown, exported: Record<string, unknown>): string {
  const write = "export default definePlugin({ … })";
  if (found === undefined) {
    const names = Object.keys(exported);
    const factory = names.find((name) => isFactory(exported[name]));
    if (factory !== undefined) return `it has no default export; write: export default ${factory}`;
    const list = names.length === 0 ? "nothing" : names.join(", ");
    return `it has no default export (it exports ${list}); write: ${write}`;
  }
  if (isPlugin(found)) {
    return `its default export is a plugin that was called already; write: ${write}, not called`;
  }
  if (typeof found === "function") {
    return `its default export is a function, but none that definePlugin returned; write: ${write}`;
  }
  if (typeof found === "object" && found !== null && ("validate" in found || "mutate" in found)) {
    return `its default export is a bare declaration; write: ${write}`;
  }
  return `its default export is ${describe(found)}; write: ${write}`;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
