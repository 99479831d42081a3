import type { ClusterConnection, KubernetesObject } from "@gatewright/core";
import { leaseOf } from "./policy-rules.ts";

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
  /** Of its configurations. */
  readonly name: string;
  readonly namespace: string;
  readonly deployment: string;
}

type Connection = Pick<ClusterConnection, "get" | "create" | "update">;

/** When somebody unregistered it, as RFC 3339 has times; undefined where nobody did, or for an earlier installation. */
export async function unregisteredAt(
  connection: Pick<ClusterConnection, "get">,
  { name, namespace }: Pick<MarkedInstallation, "name" | "namespace">,
  deployment: KubernetesObject | undefined,
): Promise<string | undefined> {
  const lease = await connection.get(LEASES, leaseOf(name), { namespace });
  const [uid, at] = lease?.metadata?.annotations?.[MARK]?.split(" ") ?? [];
  return uid === (deployment?.metadata?.uid ?? NO_DEPLOYMENT) ? at : undefined;
}

/** Tells servers to leave it unregistered. @returns whether there may be any that would register it again. */
export async function markUnregistered(
  connection: Connection,
  installation: MarkedInstallation,
): Promise<boolean> {
  const { name, namespace } = installation;
  const deployment = await connection.get(DEPLOYMENTS, installation.deployment, { namespace });
  const lease = await connection.get(LEASES, leaseOf(name), { namespace });
  // Nobody has ever registered itself from there.
  if (lease === undefined && deployment === undefined) return false;
  const uid = deployment?.metadata?.uid ?? NO_DEPLOYMENT;
  await annotate(connection, installation, `${uid} ${new Date().toISOString()}`);
  return true;
}

/** Lets servers register again. @returns whether they were told not to. */
export async function clearMark(
  connection: Connection,
  installation: Pick<MarkedInstallation, "name" | "namespace">,
): Promise<boolean> {
  const { name, namespace } = installation;
  const lease = await connection.get(LEASES, leaseOf(name), { namespace });
  if (lease?.metadata?.annotations?.[MARK] === undefined) return false;
  await annotate(connection, installation, undefined);
  return true;
}

/** Tried again where the Lease's holder renews it meanwhile. */
async function annotate(
  connection: Connection,
  { name: of, namespace }: Pick<MarkedInstallation, "name" | "namespace">,
  mark: string | undefined,
): Promise<void> {
  const name = leaseOf(of);
  for (let attempt = 1; ; attempt++) {
    const found = await connection.get(LEASES, name, { namespace });
    const { [MARK]: _, ...annotations } = found?.metadata?.annotations ?? {};
    if (mark !== undefined) annotations[MARK] = mark;
    const metadata = { ...found?.metadata, name, namespace, annotations };
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
