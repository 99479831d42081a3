import type { KubernetesObject } from "@gatewright/core";
import { whyNoReplica } from "./own-pod.ts";
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
  const unregistered = whyUnregistered(await unregisteredAt(connection, settings, deployment));
  if (unregistered !== undefined) return unregistered;
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
  return whyNoReplica(parts);
}

/** In words what the mark says. */
export function whyUnregistered(at: string | undefined): string | undefined {
  if (at === undefined) return undefined;
  return `somebody ran gatewright unregister (${at}): gatewright register takes that back`;
}

/** The Deployment whose rollout it is. */
export function deploymentOf({
  connection,
  settings: { deployment, namespace },
}: Pick<RegistrarParts, "connection" | "settings">): Promise<KubernetesObject | undefined> {
  return connection.get("apps/v1/deployments", deployment, { namespace });
}

/** Whether no replica but those of the newest template serve; true where nobody knows of any other. */
export async function isRolledOut(
  parts: Pick<RegistrarParts, "connection" | "settings">,
): Promise<boolean> {
  const { namespace, deployment, isDeploymentOptional } = parts.settings;
  const found = await deploymentOf(parts);
  if (found === undefined && isDeploymentOptional) return true;
  return rolloutOf(found, `${namespace}/${deployment}`).state === "complete";
}
