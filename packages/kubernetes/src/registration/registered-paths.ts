import type { LiveConfiguration } from "./differences.ts";
import { isOurs } from "./remove-configurations.ts";
import type { RegisteredWebhook, WebhookClient } from "./webhook-configurations.ts";

/** Whether the entry calls the server that is reached by `client`. */
export function callsClient(
  { clientConfig }: Partial<RegisteredWebhook>,
  { service, url }: WebhookClient,
): boolean {
  if (url !== undefined)
    return clientConfig?.url?.startsWith(`${url.replace(/\/+$/, "")}/`) ?? false;
  const called = clientConfig?.service;
  return called?.name === service.name && called.namespace === service.namespace;
}

/** The paths at which the API server calls the server, by one of its own configurations. */
export function registeredPaths(
  live: LiveConfiguration | undefined,
  installation: string,
  client: WebhookClient,
): string[] {
  if (live === undefined || !isOurs(live, installation)) return [];
  return (live.webhooks ?? [])
    .filter((webhook) => callsClient(webhook, client))
    .map(({ clientConfig }) => clientConfig?.service?.path ?? pathOf(clientConfig?.url));
}

function pathOf(url: string | undefined): string {
  return url === undefined ? "/" : new URL(url).pathname;
}
