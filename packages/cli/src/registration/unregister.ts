import type { ClusterConnection, KubernetesObject } from "@gatewright/core";
import {
  CONFIGURATIONS,
  INSTALLATION_ANNOTATION,
  isOurs,
  markUnregistered,
  type RemovedConfiguration,
  removeConfigurations,
} from "@gatewright/kubernetes/registration";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { allRegistered, type RegisteredName } from "./all-registered.ts";
import { homeNamespace } from "./home-namespace.ts";
import type { NamedInstallation } from "./named-installation.ts";

/** What came of it. */
export interface Unregistered {
  readonly deleted: readonly RemovedConfiguration[];
  /** Whether a server was told not to register them again. */
  readonly told: boolean;
  /** What Gatewright has registered under other names, where nothing is under this one. */
  readonly others: readonly RegisteredName[];
  /** What could not be done, and does not matter for the webhooks being gone. */
  readonly notes: readonly string[];
}

/** What would be deleted. @throws CommandError where it is not Gatewright's, or another installation's. */
export async function findRegistered(
  connection: Pick<ClusterConnection, "get">,
  { name, installation }: NamedInstallation,
): Promise<KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  for (const resource of Object.values(CONFIGURATIONS)) {
    const one = await connection.get(resource, name);
    if (one === undefined) continue;
    if (!isOurs(one, undefined)) {
      const message = `${one.kind} ${name} was not registered by Gatewright, and is left alone\nwhoever means it: kubectl delete ${one.kind.toLowerCase()} ${name}`;
      throw new CommandError(message, exitCodes.refused);
    }
    if (!isOurs(one, installation)) {
      const whose = one.metadata?.annotations?.[INSTALLATION_ANNOTATION];
      const message = `${one.kind} ${name} is of the installation ${whose}, not of ${installation}, and is left alone\nwhoever means it: gatewright unregister --name ${name}, or deployment.namespace and deployment.name in the file`;
      throw new CommandError(message, exitCodes.refused);
    }
    found.push(one);
  }
  return found;
}

/** Of a file that does not say it, where nothing is registered; empty where there is no file. */
async function ownInstallation(
  connection: Pick<ClusterConnection, "get" | "namespace">,
  { name, ownDeployment }: NamedInstallation,
): Promise<string> {
  if (ownDeployment === undefined) return "";
  return `${await homeNamespace(connection, name)}/${ownDeployment}`;
}

/** Looked for only where nothing was found, as after a slip of the pen. */
export async function othersThan(
  connection: Pick<ClusterConnection, "list">,
  found: readonly unknown[],
): Promise<RegisteredName[]> {
  return found.length > 0 ? [] : allRegistered(connection);
}

/**
 * Takes the webhooks away, and first tells the server's replicas to leave it so: they would repair it. What keeps it from
 * telling them does not keep it from the webhooks.
 */
export async function unregister(
  connection: ClusterConnection,
  named: NamedInstallation,
): Promise<Unregistered> {
  const found = await findRegistered(connection, named);
  const notes: string[] = [];
  let told = false;
  const whose =
    named.installation ??
    found[0]?.metadata?.annotations?.[INSTALLATION_ANNOTATION] ??
    (await ownInstallation(connection, named));
  const [namespace = "", deployment = ""] = whose.split("/");
  if (deployment !== "") {
    try {
      told = await markUnregistered(connection, { name: named.name, namespace, deployment });
    } catch (error) {
      const { message } = error as Error;
      notes.push(
        `a server that registers itself may do so again: it could not be told (${message})`,
      );
    }
  }
  const deleted = await removeConfigurations(connection, named.name, named.installation);
  return { deleted, told, others: await othersThan(connection, deleted), notes };
}
