import type { ClusterConnection, KubernetesObject } from "@gatewright/core";
import { CONFIGURATIONS } from "./configuration-resources.ts";
import { INSTALLATION_ANNOTATION } from "./webhook-configurations.ts";

/** What was taken away. */
export interface RemovedConfiguration {
  readonly kind: string;
  readonly name: string;
}

/** Whether it is a registration of Gatewright's, and of which installation: of any where `installation` is undefined. */
export function isOurs({ metadata }: KubernetesObject, installation: string | undefined): boolean {
  const whose = metadata?.annotations?.[INSTALLATION_ANNOTATION];
  return whose !== undefined && (installation === undefined || whose === installation);
}

/**
 * Takes both configurations of a name away, if they are of this installation; with `installation` undefined, of any. What
 * is gone already, or was made anew meanwhile, is none of its business.
 */
export async function removeConfigurations(
  connection: Pick<ClusterConnection, "get" | "delete">,
  name: string,
  installation: string | undefined,
): Promise<RemovedConfiguration[]> {
  const removed: RemovedConfiguration[] = [];
  // Both are tried, though one fails: a single one blocks as well.
  const failures: unknown[] = [];
  for (const resource of Object.values(CONFIGURATIONS)) {
    try {
      const found = await connection.get(resource, name);
      if (found === undefined || !isOurs(found, installation)) continue;
      const { uid } = found.metadata ?? {};
      await connection.delete(resource, name, uid === undefined ? {} : { uid });
      removed.push({ kind: found.kind, name });
    } catch (error) {
      const { status } = error as { status?: number };
      if (status !== 404 && status !== 409) failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return removed;
}
