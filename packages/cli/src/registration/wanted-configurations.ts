import type { ClusterConnection, KubernetesObject } from "@gatewright/core";
import {
  type OwnerReference,
  type WebhookConfiguration,
  webhookConfigurations,
} from "@gatewright/kubernetes";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import type { RegistrationPlan } from "./plan-registration.ts";

/** The plan's configurations, with a CA and owners as far as they are known. */
export function wantedConfigurations(
  { settings, endpoints }: RegistrationPlan,
  caBundle: string | undefined,
  ownerReferences: readonly OwnerReference[] = [],
): WebhookConfiguration[] {
  const { name, clientConfig, namespace, clusterRole, certManager } = settings;
  return webhookConfigurations(endpoints, {
    ...{ name, clientConfig, namespace, clusterRole, certManager },
    ...{ caBundle, ownerReferences },
  });
}

/** PEM of the CA: of the file that the plan names, or of the Secret. */
export async function caBundleOf(
  connection: Pick<ClusterConnection, "get">,
  { ca, settings: { namespace, certManager } }: RegistrationPlan,
): Promise<string | undefined> {
  if (ca.kind === "pem") return ca.pem;
  const secret: Secret | undefined = await connection.get("v1/secrets", ca.name, { namespace });
  const encoded = secret?.data?.["ca.crt"];
  if (encoded !== undefined) return Buffer.from(encoded, "base64").toString("utf8");
  // Its cainjector writes it as soon as there is one.
  if (certManager !== undefined) return undefined;
  const why = secret === undefined ? "does not exist" : "has no ca.crt";
  const message = `the CA is not known: Secret ${namespace}/${ca.name} ${why}\nthe server makes it when it starts; --ca-file names a file instead`;
  throw new CommandError(message, exitCodes.refused);
}

interface Secret extends KubernetesObject {
  data?: Record<string, string>;
}
