import { CONFIGURATIONS } from "./configuration-resources.ts";
import { callsClient } from "./registered-paths.ts";
import type { RegistrarParts } from "./registrar-parts.ts";
import { phaseOf } from "./standing.ts";
import { deploymentOf, whyNotYet } from "./why-not-yet.ts";

/**
 * Takes away what the installation registered by a `name` that it had before. What that calls is served, but nobody wants it
 * called twice.
 *
 * @param seen - uids that were tried; each is tried once
 */
export async function removeFormer(parts: RegistrarParts, seen: Set<string>): Promise<void> {
  const { connection, settings, live, log } = parts;
  const { clientConfig } = settings;
  // Without a Deployment it may be another server's.
  if (settings.isDeploymentOptional) return;
  const formers = live
    .others()
    .filter(({ webhooks = [] }) => webhooks.every((webhook) => callsClient(webhook, clientConfig)))
    .filter(({ metadata }) => !seen.has(metadata?.uid ?? ""));
  // A replica of before the rollout would take the newer ones' for its former.
  if (formers.length === 0 || (await whyNotYet(parts, await deploymentOf(parts), "change"))) return;
  for (const { kind, metadata } of formers) {
    const { name = "", uid = "" } = metadata ?? {};
    seen.add(uid);
    try {
      await connection.delete(CONFIGURATIONS[phaseOf({ kind })], name, { uid });
      log.info({ kind, name }, "what this installation registered by another name is deleted");
    } catch (err) {
      const advice = `gatewright unregister --name ${name}`;
      log.warn({ kind, name, advice, err }, "this installation is registered by another name, too");
    }
  }
}
