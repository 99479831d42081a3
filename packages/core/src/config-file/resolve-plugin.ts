import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { nearest } from "../did-you-mean.ts";
import { nearestFile } from "./nearest-file.ts";

/** A module's URL; why there is none; or, for a package that is not installed, neither. */
export type Resolved = { url: string } | { message: string } | undefined;

/** Whether the configuration means a file, and not a package. */
export function isPath(specifier: string): boolean {
  return /^\.{1,2}(?:[/\\]|$)/.test(specifier) || isAbsolute(specifier);
}

/** A file that a configuration in `folder` names. */
export async function resolvePath(specifier: string, folder: string): Promise<Resolved> {
  const path = resolve(folder, specifier);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return { message: `${path} is a folder: name the file in it` };
  if (found !== undefined) return { url: pathToFileURL(path).href };
  return { message: `there is no file ${path}${await nearestFile(path)}` };
}

/**
 * A package as a module in `folder` would import it: by Node's own algorithm for `import`, so that
 * packages that export to `import` only are found too, which `require.resolve` does not.
 */
export async function resolvePackage(specifier: string, folder: string): Promise<Resolved> {
  // Node's own import.meta.resolve takes another module's place only behind a flag.
  const { resolve: resolveModule } = await import("import-meta-resolve");
  let url: string;
  try {
    url = resolveModule(specifier, pathToFileURL(join(folder, "configuration.js")).href);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ERR_MODULE_NOT_FOUND" ? undefined : { message };
  }
  if (!url.startsWith("file:") || existsSync(fileURLToPath(url))) return { url };
  return { message: `its entry ${fileURLToPath(url)} is missing: is the package built?` };
}

/** What to do about a package that none of `folders` sees. */
export async function adviceFor(specifier: string, folders: readonly string[]): Promise<string> {
  const [folder = "."] = folders;
  const start = `no package ${JSON.stringify(specifier)} is installed`;
  if (existsSync(resolve(folder, specifier))) {
    return `${start}; for the file beside this one write ${JSON.stringify(`./${specifier}`)}`;
  }
  // By their short names: scopes and "plugin-", which all have, would make any two look alike.
  const installed = await installedPlugins(folders);
  const meant = nearest(
    shortName(specifier),
    installed.map((name) => shortName(name)),
  );
  const name = installed.find((candidate) => shortName(candidate) === meant);
  if (name !== undefined) return `${start} (did you mean "${name}"?)`;
  return `${start} where ${folder} could import it: npm install ${packageName(specifier)}`;
}

/** `@a/b` for `@a/b/c`. */
export function packageName(specifier: string): string {
  const [scope, name] = specifier.split("/");
  return specifier.startsWith("@") ? `${scope}/${name}` : (scope ?? specifier);
}

function shortName(name: string): string {
  return name.replace(/^@[^/]*\//, "").replace(/^(?:gatewright-)?plugin-/, "");
}

/** Packages with "plugin" in their names, in the node_modules that modules in `folders` see. */
async function installedPlugins(folders: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const start of folders) {
    for (let folder = resolve(start); ; folder = dirname(folder)) {
      for (const name of await packagesIn(join(folder, "node_modules"))) found.add(name);
      if (dirname(folder) === folder) break;
    }
  }
  return [...found].filter((name) => name.includes("plugin"));
}

async function packagesIn(modules: string): Promise<string[]> {
  const names = await readdir(modules).catch(() => []);
  const scoped = names
    .filter((name) => name.startsWith("@"))
    .map(async (scope) => {
      const inside = await readdir(join(modules, scope)).catch(() => []);
      return inside.map((name) => `${scope}/${name}`);
    });
  return [...names, ...(await Promise.all(scoped)).flat()];
}
