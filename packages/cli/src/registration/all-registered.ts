import type { ClusterConnection } from "@gatewright/core";
import { CONFIGURATIONS, INSTALLATION_ANNOTATION } from "@gatewright/kubernetes/registration";

/** As every configuration that Gatewright writes is labelled. */
const LABEL = "app.kubernetes.io/managed-by=gatewright";

/** Webhook configurations of one name that Gatewright has registered. */
export interface RegisteredName {
  readonly name: string;
  /** `namespace/deployment` */
  readonly installation: string;
}

/** All that Gatewright has registered in a cluster, each name once. */
export async function allRegistered(
  connection: Pick<ClusterConnection, "list">,
): Promise<RegisteredName[]> {
  const found = new Map<string, RegisteredName>();
  for (const resource of Object.values(CONFIGURATIONS)) {
    const { items } = await connection.list(resource, { labelSelector: LABEL });
    for (const { metadata } of items) {
      const installation = metadata?.annotations?.[INSTALLATION_ANNOTATION];
      const name = metadata?.name;
      if (name === undefined || installation === undefined) continue;
      found.set(name, { name, installation });
    }
  }
  return [...found.values()];
}
