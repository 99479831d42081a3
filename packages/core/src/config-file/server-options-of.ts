import { dirname } from "node:path";
import { pointerOf } from "../configuration-error.ts";
import type { Plugin } from "../plugin.ts";
import type { ServerOptions } from "../server-options.ts";
import type { PluginEntry, WebhookOptions } from "../webhook.ts";
import { certificateOfFile } from "./certificate-of-file.ts";
import { clusterOfFile } from "./cluster-of-file.ts";
import type { PluginSource } from "./import-plugin.ts";
import { registrationOfFile } from "./registration-of-file.ts";
import type { ConfigFile } from "./schema.ts";

type Webhook = ConfigFile["webhooks"][string];

/**
 * The options of `createServer` that a sound file stands for: `plugins`, by the pointers of their
 * entries, in place of their names, and relative paths made absolute from the file's folder.
 */
export function serverOptionsOf(
  file: ConfigFile,
  plugins: ReadonlyMap<string, Plugin>,
  source: PluginSource,
): ServerOptions {
  const { webhooks, tls, cluster, registration, deployment: _deployment, ...rest } = file;
  const folder = dirname(source.file);
  const named = Object.entries(webhooks).map(([name, webhook]) => {
    const at = pointerOf("webhooks", name, "plugins");
    return [name, webhookOf(webhook, at, plugins)] as const;
  });
  return {
    ...rest,
    ...(tls === undefined ? {} : { tls: certificateOfFile({ ...file, tls }, source, folder) }),
    ...(cluster === undefined ? {} : { cluster: clusterOfFile(cluster, source, folder) }),
    ...(registration === undefined ? {} : { registration: registrationOfFile(file, source) }),
    webhooks: Object.fromEntries(named),
  };
}

function webhookOf(
  webhook: Webhook,
  at: string,
  plugins: ReadonlyMap<string, Plugin>,
): WebhookOptions {
  const entries = webhook.plugins.map((entry, index): PluginEntry => {
    const plugin = plugins.get(`${at}/${index}`);
    if (plugin === undefined) throw new TypeError(`no plugin was loaded for ${at}/${index}`);
    const { config: _config, ...policy } = entry;
    return { ...policy, plugin };
  });
  return { ...webhook, plugins: entries };
}
