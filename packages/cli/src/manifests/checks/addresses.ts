import { isLoopback } from "../../frame/loopback.ts";
import type { Check, Remark } from "../remark.ts";

const ALL = new Set(["0.0.0.0", "::", "[::]"]);

/** Where the server listens. */
export const checkAddresses: Check = ({ host, port, metrics, registration }) => {
  const errors: Remark[] = [];
  const warnings: Remark[] = [];
  for (const [at, address] of [
    ["/host", host],
    ["/metrics/host", metrics?.host],
  ] as const) {
    if (address === undefined || ALL.has(address)) continue;
    const who = at === "/host" ? "the API server and the kubelet call" : "Prometheus calls";
    const message = `in a pod, ${who} the pod's own address, which is not ${address}: leave host out`;
    errors.push({ at, message });
  }
  if (port === 0) {
    errors.push({ at: "/port", message: "a Service needs to know the port: write port: 8443" });
  }
  if (metrics?.port === 0) {
    const message = "a Service needs to know the port: write metrics: { port: 9090 }";
    errors.push({ at: "/metrics/port", message });
  }
  if (metrics !== undefined && metrics.port !== 0 && metrics.port === (port ?? 8443)) {
    errors.push({ at: "/metrics/port", message: "is the port of the webhooks, too: write 9090" });
  }
  if (metrics !== undefined && metrics.port === (registration?.service?.port ?? 443)) {
    const message = "the Service listens there for the webhooks: write 9090";
    errors.push({ at: "/metrics/port", message });
  }
  for (const [at, number] of [
    ["/port", port],
    ["/metrics/port", metrics?.port],
  ] as const) {
    if (number === undefined || number === 0 || number >= 1024) continue;
    const message =
      "is a port below 1024, on which some container runtimes let only root listen: write one above, as the Service listens on 443 whatever this is";
    warnings.push({ at, message });
  }
  const { url } = registration ?? {};
  if (url !== undefined && URL.canParse(url) && isLoopback(new URL(url).hostname)) {
    const message = `in a cluster, ${new URL(url).hostname} is each API server's own machine: leave url out, for the Service`;
    errors.push({ at: "/registration/url", message });
  }
  return { errors, warnings };
};
