import type { InspectedConfigFile, ServerDescription } from "@gatewright/core";
import { accessOf } from "./access-of.ts";
import type { Installation, InstalledCertificate } from "./installation.ts";
import { measuredResources } from "./measured-resources.ts";

export const DEFAULT_NAMESPACE = "gatewright-system";
const DEFAULT_NAME = "gatewright";

// As core has them.
const DEFAULT_PORT = 8443;
const DEFAULT_GRACE_SECONDS = 10;
const DEFAULT_DRAIN_SECONDS = 30;
const DEFAULT_MAX_BYTES_IN_FLIGHT = 67_108_864;

/**
 * What a configuration file comes to in a cluster, all defaults filled in. Whether it can work there is asked of
 * `checkInstallation` first.
 *
 * @param image - in place of the file's
 */
export async function installationOf(
  inspected: InspectedConfigFile,
  description: ServerDescription,
  image: string,
): Promise<Installation> {
  const { file, text, registration, secretName } = inspected;
  const { deployment = {}, port = DEFAULT_PORT, shutdown = {} } = file;
  const { name = DEFAULT_NAME, namespace = DEFAULT_NAMESPACE } = deployment;
  const { enabled = true, apiServer, egress = [] } = deployment.networkPolicy ?? {};
  const { gracePeriodSeconds = DEFAULT_GRACE_SECONDS, drainSeconds = DEFAULT_DRAIN_SECONDS } =
    shutdown;
  const access = await accessOf(inspected, description, { name, namespace });
  return {
    name,
    namespace,
    image,
    imagePullPolicy: deployment.imagePullPolicy ?? "IfNotPresent",
    imagePullSecrets: deployment.imagePullSecrets ?? [],
    replicas: deployment.replicas ?? 2,
    resources:
      deployment.resources ??
      measuredResources(file.maxBytesInFlight ?? DEFAULT_MAX_BYTES_IN_FLIGHT),
    priorityClassName: deployment.priorityClassName,
    nodeSelector: deployment.nodeSelector ?? {},
    tolerations: deployment.tolerations ?? [],
    podLabels: deployment.podLabels ?? {},
    podAnnotations: deployment.podAnnotations ?? {},
    volumes: deployment.volumes ?? [],
    serviceMonitor:
      deployment.serviceMonitor?.enabled === true
        ? { labels: deployment.serviceMonitor.labels ?? {} }
        : undefined,
    networkPolicy: enabled ? { apiServer, egress } : undefined,
    configText: text,
    port,
    metricsPort: file.metrics?.port,
    servicePort: registration.service?.port ?? 443,
    shutdownSeconds: gracePeriodSeconds + drainSeconds,
    certificate: certificateOf(file, name, secretName),
    registers: file.registration !== undefined,
    ...access,
  };
}

function certificateOf(
  { tls }: InspectedConfigFile["file"],
  name: string,
  secretName: string | undefined,
): InstalledCertificate {
  if (secretName !== undefined) return { kind: "self-managed", secretName };
  if (tls?.certManager === undefined) return { kind: "files" };
  const { issuerRef } = tls.certManager;
  return {
    kind: "cert-manager",
    secretName: `${name}-tls`,
    issuerRef: {
      name: issuerRef.name,
      kind: issuerRef.kind ?? "Issuer",
      group: issuerRef.group ?? "cert-manager.io",
    },
  };
}
