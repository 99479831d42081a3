import { existsSync } from "node:fs";
import type { KubernetesObject } from "@gatewright/core";
import type { RegistrarParts } from "./registrar-parts.ts";
import { rolloutOf } from "./rollout.ts";
import { whyUntrusted } from "./trust.ts";
import { unregisteredAt } from "./unregistered-mark.ts";

const IN_A_POD = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

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
  return whyNoReplica(parts);
}

/**
 * A replica of before the rollout that is ending, but has not been told yet (a preStop hook runs), would register what
 * the newer ones no longer have: the Deployment does not count it any more. So would a server on a laptop, with the cluster's
 * configuration file and a change in it: the Service leads to others, who would be asked for what they do not have.
 */
async function whyNoReplica({ connection, settings }: RegistrarParts): Promise<string | undefined> {
  const { pod, namespace, deployment, isDeploymentOptional, clientConfig } = settings;
  const found = await connection.get("v1/pods", pod, { namespace });
  if (found?.metadata?.deletionTimestamp !== undefined) return "this server's pod is being deleted";
  const isCalled = isDeploymentOptional || clientConfig.service === undefined;
  // On the network of its node, a pod is called otherwise.
  if (found !== undefined || isCalled || existsSync(IN_A_POD)) return undefined;
  return `this server is no pod of Deployment ${namespace}/${deployment}, so that calls would not reach it`;
}
