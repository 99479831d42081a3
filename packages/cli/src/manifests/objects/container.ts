import { type Installation, paths } from "../installation.ts";
import { heapMebibytes } from "../measured-resources.ts";
import { volumeMounts } from "./volumes.ts";

/** The server's container: no root, no capability, no file that it could write. */
export function containerOf(installation: Installation) {
  const { image, imagePullPolicy, port, metricsPort, resources } = installation;
  const heap = heapMebibytes(resources);
  return {
    name: "gatewright",
    image,
    imagePullPolicy: imagePullPolicy as "IfNotPresent",
    args: ["serve", "--config", `${paths.config}/${paths.configFile}`],
    ...(heap !== undefined && {
      env: [{ name: "NODE_OPTIONS", value: `--max-old-space-size=${heap}` }],
    }),
    ports: [
      { name: "https", containerPort: port, protocol: "TCP" as const },
      ...(metricsPort === undefined
        ? []
        : [{ name: "metrics", containerPort: metricsPort, protocol: "TCP" as const }]),
    ],
    // Plugins fill their caches before the server listens: two minutes of a big cluster.
    startupProbe: probe("/healthz", { periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 60 }),
    // It asks the plugins, which have a second to answer.
    readinessProbe: probe("/readyz", { periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 }),
    // Only what is stuck is restarted: one that is busy would come back with all its work to do again.
    livenessProbe: probe("/healthz", { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 }),
    resources,
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: volumeMounts(installation),
  };
}

function probe(path: string, times: Record<string, number>) {
  return { httpGet: { path, port: "https", scheme: "HTTPS" as const }, ...times };
}
