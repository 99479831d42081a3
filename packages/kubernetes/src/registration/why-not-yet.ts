import type { KubernetesObject } from "@gatewright/core";
import type { RegistrarParts } from "./registrar-parts.ts";
import { rolloutOf } from "./rollout.ts";
import { whyUntrusted } from "./trust.ts";
import { unregisteredAt } from "./unregistered-mark.ts";

/**
 * Why nothing is to be registered now; undefined where nothing stands against it. A repair waits for no rollout: what it
 * restores was registered before.
 */
export async function whyNotYet(
  parts: RegistrarParts,
  deployment: KubernetesObject | undefined,
  what: "repair" | "change",
): Promise<string | undefined> {
  const { connection, settings, certificate } = parts;
  const { namespace, clientConfig, certManager } = settings;
  const at = await unregisteredAt(connection, settings, deployment);
  if (at !== undefined) {
    return `somebody ran gatewright unregister (${at}): gatewright register takes that back`;
  }
  if (deployment !== undefined || !settings.isDeploymentOptional) {
    const rollout = rolloutOf(deployment, `${namespace}/${settings.deployment}`);
    if (rollout.state === "leaving") return rollout.reason;
    if (what === "change" && rollout.state === "waiting") return rollout.reason;
  }
  if (what === "repair") return undefined;
  const unready = await parts.unready();
  if (unready.length > 0) return `this server is not ready: ${unready.join(", ")}`;
  const untrusted = whyUntrusted(certificate, clientConfig, certManager !== undefined);
  if (untrusted !== undefined) return untrusted;
  return (await isPodLeaving(parts)) ? "this server's pod is being deleted" : undefined;
}

/**
 * A replica of before the rollout that is ending, but has not been told yet (a preStop hook runs), would register what
 * the newer ones no longer have: the Deployment does not count it any more.
 */
async function isPodLeaving({ connection, settings }: RegistrarParts): Promise<boolean> {
  const { pod, namespace } = settings;
  const found = await connection.get("v1/pods", pod, { namespace });
  return found?.metadata?.deletionTimestamp !== undefined;
}
