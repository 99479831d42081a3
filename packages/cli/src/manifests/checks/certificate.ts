import { posix } from "node:path";
import type { Check, Remark } from "../remark.ts";

/** Where the server's certificate comes from. */
export const checkCertificate: Check = ({ tls, cluster, registration, deployment }) => {
  const errors: Remark[] = [];
  const { certFile, secret, certManager } = tls ?? {};
  if (certFile === undefined && secret === undefined && certManager === undefined) {
    errors.push({
      at: "/tls",
      message:
        "each replica would make itself a development certificate, of a CA that no API server knows: write tls: { secret: {} }, certManager, or certFile and keyFile",
    });
  }
  const mounted = (deployment?.volumes ?? []).map(({ path }) => path);
  for (const [at, path] of [
    ["/tls/certFile", certFile],
    ["/tls/keyFile", tls?.keyFile],
    ["/tls/caFile", tls?.caFile],
    ["/tls/clientCaFile", tls?.clientCaFile],
    ["/cluster/kubeconfig", cluster?.kubeconfig],
  ] as const) {
    const message = path === undefined ? undefined : whyMissing(path, mounted);
    if (message !== undefined) errors.push({ at, message });
  }
  if (cluster?.kubeconfig === undefined && cluster?.context !== undefined) {
    const message = "a pod has no kubeconfig, but a service account: write cluster: {}";
    errors.push({ at: "/cluster/context", message });
  }
  if (registration !== undefined && certFile !== undefined && tls?.caFile === undefined) {
    const message =
      "a registration tells the API server which CA to trust: name it beside certFile, as caFile";
    errors.push({ at: "/tls/certFile", message });
  }
  return { errors, warnings: [] };
};

/** Why a file would not be there in the pod. */
function whyMissing(path: string, mounted: readonly string[]): string | undefined {
  if (!posix.isAbsolute(path)) {
    return `is relative to this file's folder, which in a pod has this file alone: write an absolute path beneath one of deployment.volumes: [{ secret: gatewright-files, path: /etc/gatewright/files }]`;
  }
  const normal = posix.normalize(path);
  if (
    mounted.some((folder) => normal.startsWith(`${posix.normalize(folder).replace(/\/$/, "")}/`))
  ) {
    return undefined;
  }
  return `nothing is mounted there: write deployment.volumes: [{ secret: gatewright-files, path: ${posix.dirname(normal)} }]`;
}
