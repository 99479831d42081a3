import { inspect } from "node:util";
import type { ConfigurationError, ConfigurationIssue } from "../configuration-error.ts";
import type { LoadedPlugin } from "../loaded-plugin.ts";
import { silentLogger } from "../log.ts";
import { createMetricRegistry } from "../metric-registry.ts";
import { definePlugin, type Plugin } from "../plugin.ts";

/** A plugin of a file, as it was checked. */
export interface CheckedPlugin {
  /** To the entry that lists it. */
  readonly pointer: string;
  readonly plugin: Plugin;
  readonly loaded: LoadedPlugin;
}

/** Issues with the places that they have in the file. */
export type Refuse = (issues: readonly ConfigurationIssue[]) => ConfigurationError;

/**
 * The plugins of a file, by their pointers, with a `setup` that says where in the file it fails. Only a `setup` can
 * tell some mistakes of a configuration: so that one plugin's do not hide another's, those after it are tried as well
 * when one has failed, and closed again.
 *
 * @param listed in the order in which a server sets them up
 */
export function locateSetups(
  listed: readonly CheckedPlugin[],
  refuse: Refuse,
): ReadonlyMap<string, Plugin> {
  return new Map(
    listed.map(({ pointer, plugin }, index) => [
      pointer,
      located(plugin, pointer, listed.slice(index + 1), refuse),
    ]),
  );
}

type AnyFactory = (config: unknown) => Plugin;

function located(
  plugin: Plugin,
  pointer: string,
  later: readonly CheckedPlugin[],
  refuse: Refuse,
): Plugin {
  const { definition, config } = plugin;
  if (definition.setup === undefined) return plugin;
  const setup: typeof definition.setup = async (context) => {
    try {
      return await definition.setup?.(context);
    } catch (error) {
      const issues = issuesOf(error, pointer, plugin.name);
      for (const one of later) issues.push(...(await tried(one)));
      const refusal = refuse(issues);
      refusal.cause = error;
      throw refusal;
    }
  };
  const factory = definePlugin({ ...definition, setup } as never) as unknown as AnyFactory;
  return factory(config);
}

/** What is wrong with a plugin by its `setup`, of which nothing is left. */
async function tried({ plugin, pointer, loaded }: CheckedPlugin): Promise<ConfigurationIssue[]> {
  const { definition, name } = plugin;
  if (definition.setup === undefined) return [];
  const metrics = createMetricRegistry().of(loaded);
  let state: unknown;
  try {
    state = await definition.setup({ config: loaded.config, log: silentLogger, metrics });
  } catch (error) {
    return issuesOf(error, pointer, name);
  }
  try {
    await definition.close?.(state);
  } catch {
    // The start has failed already, of what is told.
  }
  return [];
}

/** `/rules/0/quota: …`: a place in the plugin's configuration, and what is wrong there. */
const AT_POINTER = /^(\/.*?): (.+)$/;

/**
 * What a `setup` threw: issues with pointers into the plugin's configuration, as a ConfigurationError or as lines of a
 * message that all begin with one; or anything else, which is the whole plugin's.
 */
function issuesOf(error: unknown, pointer: string, name: string): ConfigurationIssue[] {
  const code = "GW_CONFIG_INVALID";
  const given: unknown = (error as { issues?: unknown } | null | undefined)?.issues;
  if (Array.isArray(given) && given.every(isIssue)) {
    return given.map(({ pointer: at, message }) => ({
      code,
      pointer: `${pointer}/config${at}`,
      message,
    }));
  }
  const message = error instanceof Error ? error.message : inspect(error);
  const found = message.split("\n").map((line) => AT_POINTER.exec(line));
  if (found.every((match) => match !== null)) {
    return found.map(([, at = "", what = ""]) => ({
      code,
      pointer: `${pointer}/config${at}`,
      message: what,
    }));
  }
  const text = `plugin "${name}" could not be set up: ${message}`;
  return [{ code: "GW_PLUGIN_SETUP", pointer, message: text }];
}

function isIssue(value: unknown): value is Pick<ConfigurationIssue, "pointer" | "message"> {
  const { pointer, message } = (value ?? {}) as Record<string, unknown>;
  return typeof pointer === "string" && typeof message === "string";
}
