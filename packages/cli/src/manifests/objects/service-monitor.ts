import { namespaced, selectorLabels } from "../labels.ts";
import type { Installation } from "../installation.ts";

/** Has the Prometheus operator scrape every replica. */
export function serviceMonitorObject(
  installation: Installation,
  { labels }: NonNullable<Installation["serviceMonitor"]>,
) {
  const metadata = namespaced(installation);
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: { ...metadata, labels: { ...metadata.labels, ...labels } },
    spec: {
      selector: { matchLabels: selectorLabels(installation) },
      endpoints: [{ port: "metrics", path: "/metrics", scheme: "http" }],
    },
  };
}
