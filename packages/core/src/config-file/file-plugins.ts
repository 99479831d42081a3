import { ConfigurationError, type ConfigurationIssue, pointerOf } from "../configuration-error.ts";
import { silentLogger } from "../log.ts";
import type { Plugin } from "../plugin.ts";
import { missingCluster } from "../open-cluster.ts";
import { loadWebhooks } from "../webhook.ts";
import { importPlugin, type PluginSource } from "./import-plugin.ts";
import { type CheckedPlugin, locateSetups, type Refuse } from "./located-setup.ts";
import { exampleAt } from "./schema-example.ts";

/** The plugins of a file, and what is wrong with them. */
export interface FilePlugins {
  /** By the pointer of the entry that lists them; whole where there are no issues. */
  readonly plugins: ReadonlyMap<string, Plugin>;
  readonly issues: readonly ConfigurationIssue[];
}

interface Listed {
  readonly index: number;
  readonly plugin: Plugin;
}

/**
 * Imports every plugin that a file's `value` lists, gives it its configuration, and checks both as
 * `createServer` will. `value` need not fit the schema: entries that make no sense are passed over, so
 * that the sound ones are checked in the same go.
 *
 * @param refuse gives issues that a plugin's `setup` finds later their places in the file
 */
export async function loadFilePlugins(
  value: unknown,
  source: PluginSource,
  refuse: Refuse,
): Promise<FilePlugins> {
  const plugins: CheckedPlugin[] = [];
  const issues: ConfigurationIssue[] = [];
  const webhooks = isRecord(value) && isRecord(value["webhooks"]) ? value["webhooks"] : {};
  for (const [name, webhook] of Object.entries(webhooks)) {
    const at = pointerOf("webhooks", name, "plugins");
    const entries =
      isRecord(webhook) && Array.isArray(webhook["plugins"]) ? webhook["plugins"] : [];
    const listed: Listed[] = [];
    for (const [index, entry] of (entries as unknown[]).entries()) {
      if (!isRecord(entry) || typeof entry["plugin"] !== "string" || entry["plugin"] === "") {
        continue;
      }
      const pointer = `${at}/${index}`;
      const plugin = await importPlugin(entry["plugin"], entry["config"], source);
      if ("code" in plugin) {
        issues.push({ ...plugin, pointer: `${pointer}/plugin` });
        continue;
      }
      listed.push({ index, plugin });
    }
    const hasCluster = isRecord(value) && value["cluster"] !== undefined;
    const checked = await checkListed(name, listed, at, hasCluster);
    issues.push(...checked.issues);
    plugins.push(...checked.plugins);
  }
  return { plugins: locateSetups(plugins, refuse), issues };
}

/** What `createServer` would say of these plugins, with the places that they have in the file. */
async function checkListed(
  name: string,
  listed: readonly Listed[],
  at: string,
  hasCluster: boolean,
): Promise<{ issues: ConfigurationIssue[]; plugins: CheckedPlugin[] }> {
  if (listed.length === 0) return { issues: [], plugins: [] };
  let issues: ConfigurationIssue[] = [];
  let plugins: CheckedPlugin[] = [];
  try {
    const webhook = { plugins: listed.map(({ plugin }) => plugin) };
    const loaded = await loadWebhooks({ [name]: webhook }, silentLogger);
    if (!hasCluster) issues.push(...missingCluster(loaded));
    plugins = listed.flatMap(({ index, plugin }, each) => {
      const one = loaded[0]?.plugins[each];
      return one === undefined ? [] : [{ pointer: `${at}/${index}`, plugin, loaded: one }];
    });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    issues.push(...error.issues);
  }
  // Of a value of several types each has said its own already.
  issues = issues.filter(
    ({ pointer, message }, each) =>
      message !== "must match a schema in anyOf" || issues[each - 1]?.pointer !== pointer,
  );
  const { stringify } = await import("yaml");
  const placed = issues.flatMap((issue, each) => {
    // The webhook itself is held to the file's schema, which says the same of it.
    if (!issue.pointer.startsWith(`${at}/`)) return [];
    const [, index, rest = ""] = /^(\d+)(.*)$/s.exec(issue.pointer.slice(at.length + 1)) ?? [];
    const { index: place, plugin } = listed[Number(index)] ?? {};
    const pointer = `${at}/${place}${rest}`;
    const [, inConfig] = /^\/config(.*)$/s.exec(rest) ?? [];
    // Of what is wrong with one place, the last has it.
    if (inConfig === undefined || issues[each + 1]?.pointer === issue.pointer) {
      return [{ ...issue, pointer }];
    }
    const example = exampleAt(plugin?.definition.config, inConfig);
    if (example === undefined) return [{ ...issue, pointer }];
    const { key = "config", value } = example;
    const text = stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trimEnd();
    return [{ ...issue, pointer, message: `${issue.message}; for example ${key}: ${text}` }];
  });
  return { issues: placed, plugins };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
