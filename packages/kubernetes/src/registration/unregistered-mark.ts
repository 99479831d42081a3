import type { ClusterConnection, KubernetesObject } from "@gatewright/core";
import { REGISTRATION_LEASE } from "./policy-rules.ts";

/**
 * On the Lease of the registration: somebody ran `gatewright unregister`, and servers are not to undo it. It holds for
 * one Deployment, by its uid: an installation that comes later is another.
 */
const MARK = "gatewright.dev/unregistered";
const NO_DEPLOYMENT = "none";

const LEASES = "coordination.k8s.io/v1/leases";
const DEPLOYMENTS = "apps/v1/deployments";

/** Which installation it is about. */
export interface MarkedInstallation {
  readonly namespace: string;
  readonly deployment: string;
}

type Connection = Pick<ClusterConnection, "get" | "create" | "update">;

/** When somebody unregistered it, as RFC 3339 has times; undefined where nobody did, or for an earlier installation. */
export async function unregisteredAt(
  connection: Pick<ClusterConnection, "get">,
  namespace: string,
  deployment: KubernetesObject | undefined,
): Promise<string | undefined> {
  const lease = await connection.get(LEASES, REGISTRATION_LEASE, { namespace });
  const [uid, at] = lease?.metadata?.annotations?.[MARK]?.split(" ") ?? [];
  return uid === (deployment?.metadata?.uid ?? NO_DEPLOYMENT) ? at : undefined;
}

/** Tells servers to leave it unregistered. @returns whether there may be any that would register it again. */
export async function markUnregistered(
  connection: Connection,
  { namespace, deployment: name }: MarkedInstallation,
): Promise<boolean> {
  const deployment = await connection.get(DEPLOYMENTS, name, { namespace });
  const lease = await connection.get(LEASES, REGISTRATION_LEASE, { namespace });
  // Nobody has ever registered itself from there.
  if (lease === undefined && deployment === undefined) return false;
  const uid = deployment?.metadata?.uid ?? NO_DEPLOYMENT;
  await annotate(connection, namespace, `${uid} ${new Date().toISOString()}`);
  return true;
}

/** Lets servers register again. @returns whether they were told not to. */
export async function clearMark(connection: Connection, namespace: string): Promise<boolean> {
  const lease = await connection.get(LEASES, REGISTRATION_LEASE, { namespace });
  if (lease?.metadata?.annotations?.[MARK] === undefined) return false;
  await annotate(connection, namespace, undefined);
  return true;
}

/** Tried again where the Lease's holder renews it meanwhile. */
async function annotate(
  connection: Connection,
  namespace: string,
  mark: string | undefined,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const found = await connection.get(LEASES, REGISTRATION_LEASE, { namespace });
    const { [MARK]: _, ...annotations } = found?.metadata?.annotations ?? {};
    if (mark !== undefined) annotations[MARK] = mark;
    const metadata = { ...found?.metadata, name: REGISTRATION_LEASE, namespace, annotations };
    const lease = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      spec: {},
      ...found,
      metadata,
    };
    const write = found === undefined ? connection.create : connection.update;
    try {
      await write(LEASES, lease, { fieldManager: "gatewright-cli" });
      return;
    } catch (error) {
      if ((error as { status?: number }).status !== 409 || attempt >= 5) throw error;
    }
  }
}
