import type { ClusterConnection } from "@gatewright/core";
import type { LiveConfiguration } from "./differences.ts";
import { CONFIGURATIONS } from "./configuration-resources.ts";
import { callsClient } from "./registered-paths.ts";
import { type ByPhase, phaseOf } from "./standing.ts";
import type { WebhookClient, WebhookConfiguration } from "./webhook-configurations.ts";

/** By whom `metadata.managedFields` says that the configurations are written. */
export const FIELD_MANAGER = "gatewright";

const as = { fieldManager: FIELD_MANAGER };

type Connection = Pick<ClusterConnection, "apply" | "update" | "delete">;

/**
 * Writes configurations by server-side apply, so that what others added stays, and takes away those of a phase that has
 * none any more. An apply puts entries into the order in which it gives them.
 *
 * @param live - what there is, read just now
 */
export async function writeConfigurations(
  connection: Connection,
  wanted: readonly WebhookConfiguration[],
  live: ByPhase<LiveConfiguration>,
): Promise<void> {
  for (const configuration of wanted) {
    await connection.apply(CONFIGURATIONS[phaseOf(configuration)], configuration, as);
  }
  for (const phase of ["mutate", "validate"] as const) {
    const { metadata } = live[phase] ?? {};
    const isWanted = wanted.some((configuration) => phaseOf(configuration) === phase);
    if (isWanted || metadata?.name === undefined) continue;
    await connection.delete(CONFIGURATIONS[phase], metadata.name, { uid: metadata.uid });
  }
}

/**
 * Writes a CA into what is registered, whatever that is: of another version of the server, say, whose replicas are being
 * replaced. Entries that call others are left alone.
 */
export async function writeCaBundle(
  connection: Connection,
  live: ByPhase<LiveConfiguration>,
  client: WebhookClient,
  caBundle: string,
): Promise<boolean> {
  const encoded = Buffer.from(caBundle).toString("base64");
  let written = false;
  for (const phase of ["mutate", "validate"] as const) {
    const there = live[phase];
    const stale = (there?.webhooks ?? []).filter(
      (webhook) => callsClient(webhook, client) && webhook.clientConfig?.caBundle !== encoded,
    );
    if (there === undefined || stale.length === 0) continue;
    const webhooks = (there.webhooks ?? []).map((webhook) =>
      stale.includes(webhook)
        ? { ...webhook, clientConfig: { ...webhook.clientConfig, caBundle: encoded } }
        : webhook,
    );
    // With its resourceVersion: what was written meanwhile is looked at first.
    await connection.update(CONFIGURATIONS[phase], { ...there, webhooks } as LiveConfiguration, as);
    written = true;
  }
  return written;
}
