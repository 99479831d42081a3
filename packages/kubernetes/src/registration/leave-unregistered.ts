import type { RegistrarParts } from "./registrar-parts.ts";
import { removeConfigurations } from "./remove-configurations.ts";
import { unregisteredAt } from "./unregistered-mark.ts";
import { deploymentOf, whyUnregistered } from "./why-not-yet.ts";

/**
 * Takes away what is registered though somebody unregistered it: between a look at the mark and a write, `gatewright
 * unregister` may have told its user that nothing is registered any more.
 *
 * @returns in words what the mark says; undefined where there is none
 */
export async function leaveUnregistered(parts: RegistrarParts): Promise<string | undefined> {
  const { connection, settings, log } = parts;
  const { name, namespace, clusterRole } = settings;
  const at = await unregisteredAt(connection, settings, await deploymentOf(parts));
  const why = whyUnregistered(at);
  if (why === undefined) return undefined;
  const removed = await removeConfigurations(connection, name, `${namespace}/${clusterRole}`);
  if (removed.length > 0) log.warn({ removed, why }, "the webhooks are unregistered");
  return why;
}
