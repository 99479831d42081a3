import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "@gatewright/core";
import type { RegisteredWebhook, WebhookConfiguration } from "./webhook-configurations.ts";

/** One of our two configurations as the API server has it. */
export interface LiveConfiguration extends KubernetesObject {
  webhooks?: Partial<RegisteredWebhook>[];
}

/**
 * What of a configuration is not as it is to be, by paths such as `webhooks[pods.example.com].timeoutSeconds`. What
 * others added is none of it: labels, annotations, entries, match conditions. Selectors are compared as a whole, for
 * whoever adds to one owns all of it (`x-kubernetes-map-type: atomic`).
 */
export function differences(wanted: WebhookConfiguration, live: LiveConfiguration): string[] {
  const found: string[] = [];
  for (const field of ["labels", "annotations"] as const) {
    for (const [key, value] of Object.entries(wanted.metadata[field] ?? {})) {
      if (live.metadata?.[field]?.[key] !== value) found.push(`metadata.${field}[${key}]`);
    }
  }
  const owners = new Set((live.metadata?.ownerReferences ?? []).map(({ uid }) => uid));
  if ((wanted.metadata.ownerReferences ?? []).some(({ uid }) => !owners.has(uid))) {
    found.push("metadata.ownerReferences");
  }
  const entries = new Map((live.webhooks ?? []).map((webhook) => [webhook.name, webhook]));
  for (const webhook of wanted.webhooks) {
    const at = `webhooks[${webhook.name}]`;
    const entry = entries.get(webhook.name);
    if (entry === undefined) found.push(at);
    else found.push(...ofEntry(webhook, entry).map((field) => `${at}.${field}`));
  }
  if (found.length === 0 && !sameOrder(wanted, live)) found.push("webhooks");
  return found;
}

/** Entries, and match conditions of ours, that somebody else put there. */
export function additions(wanted: WebhookConfiguration, live: LiveConfiguration): string[] {
  const ours = new Map(wanted.webhooks.map((webhook) => [webhook.name, webhook]));
  return (live.webhooks ?? []).flatMap(({ name = "", matchConditions = [] }) => {
    const webhook = ours.get(name);
    if (webhook === undefined) return [`webhooks[${name}]`];
    const known = new Set((webhook.matchConditions ?? []).map((condition) => condition.name));
    return matchConditions
      .filter((condition) => !known.has(condition.name))
      .map((condition) => `webhooks[${name}].matchConditions[${condition.name}]`);
  });
}

/**
 * Who wrote last to the object, as far as `metadata.managedFields` says: names of field managers other than `own`, the
 * latest first.
 */
export function writersOf({ metadata }: KubernetesObject, own: string): string[] {
  const others = (metadata?.managedFields ?? []).filter(({ manager }) => manager !== own);
  const latest = others.toSorted((a, b) => (b.time ?? "").localeCompare(a.time ?? ""));
  return [...new Set(latest.map(({ manager }) => manager ?? "?"))];
}

function ofEntry(wanted: RegisteredWebhook, live: Partial<RegisteredWebhook>): string[] {
  const found: string[] = [];
  const { clientConfig, matchConditions = [], ...others } = wanted;
  const now = live.clientConfig;
  for (const key of ["service", "url", "caBundle"] as const) {
    // Without a CA of ours, whoever injects one owns it.
    if (key === "caBundle" && clientConfig.caBundle === undefined) continue;
    if (!isDeepStrictEqual(now?.[key], clientConfig[key])) found.push(`clientConfig.${key}`);
  }
  for (const [key, value] of Object.entries(others)) {
    if (!isDeepStrictEqual(live[key as keyof typeof others], value)) found.push(key);
  }
  const conditions = new Map((live.matchConditions ?? []).map((one) => [one.name, one.expression]));
  for (const { name, expression } of matchConditions) {
    if (conditions.get(name) !== expression) found.push(`matchConditions[${name}]`);
  }
  return found;
}

function sameOrder(wanted: WebhookConfiguration, live: LiveConfiguration): boolean {
  const names = wanted.webhooks.map(({ name }) => name);
  const order = (live.webhooks ?? []).map(({ name = "" }) => name);
  return isDeepStrictEqual(
    names,
    order.filter((name) => names.includes(name)),
  );
}
