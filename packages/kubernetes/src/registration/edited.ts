import { contentOf } from "./content.ts";
import type { LiveConfiguration } from "./differences.ts";
import { callsClient } from "./registered-paths.ts";
import type { ByPhase } from "./standing.ts";
import { CONTENT_ANNOTATION, type WebhookClient } from "./webhook-configurations.ts";

/**
 * Whether somebody changed what is registered since it was, whichever version of the server did so: its own annotation says
 * what that was. Entries that call others are none of it.
 */
export function isEdited(live: ByPhase<LiveConfiguration>, client: WebhookClient): boolean {
  const both = [live.mutate, live.validate];
  const contents = new Set(
    both.flatMap((one) => one?.metadata?.annotations?.[CONTENT_ANNOTATION] ?? []),
  );
  // Of two contents, one is being written.
  if (contents.size !== 1) return false;
  const phases = both.map((one) =>
    (one?.webhooks ?? []).filter((webhook) => callsClient(webhook, client)),
  );
  return !contents.has(contentOf(phases));
}
