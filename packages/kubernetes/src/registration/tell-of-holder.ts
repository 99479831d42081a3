import type { KubernetesObject } from "@gatewright/core";
import { leaseOf } from "./policy-rules.ts";
import type { RegistrarParts } from "./registrar-parts.ts";
import { unregisteredAt } from "./unregistered-mark.ts";
import { deploymentOf, isRolledOut } from "./why-not-yet.ts";

type Parts = Pick<RegistrarParts, "connection" | "settings" | "live" | "log" | "now">;

/** How long the holder of the Lease has, after the rollout. */
export const PATIENCE_MS = 60_000;

/**
 * Says who holds the Lease where a replica that does not could do nothing about it: every replica is ready, nobody unregistered
 * anything, and still nothing is registered.
 *
 * @returns what is to be called again and again
 */
export function createHolderReport(parts: Parts, patienceMs = PATIENCE_MS): () => Promise<void> {
  const { connection, settings, live, log, now } = parts;
  let since: number | undefined;
  let isTold = false;
  const isMissing = async (): Promise<boolean> => {
    if (!live.isSynced() || live.get("mutate") || live.get("validate")) return false;
    if (!(await isRolledOut(parts))) return false;
    return (await unregisteredAt(connection, settings, await deploymentOf(parts))) === undefined;
  };
  return async () => {
    if (!(await isMissing())) {
      since = undefined;
      isTold = false;
      return;
    }
    since ??= now();
    if (isTold || now() - since < patienceMs) return;
    const { name, namespace } = settings;
    const found = await connection.get("coordination.k8s.io/v1/leases", leaseOf(name), {
      namespace,
    });
    const { holderIdentity: holder } =
      (found as (KubernetesObject & { spec?: { holderIdentity?: string } }) | undefined)?.spec ??
      {};
    log.warn(
      { lease: `${namespace}/${leaseOf(name)}`, holder },
      "every replica is ready, and nothing is registered: its log says why, who holds the Lease",
    );
    isTold = true;
  };
}
