import { serve } from "@gatewright/core";
import injectSidecar from "./inject-sidecar.ts";
import requiredLabels from "./required-labels.ts";

const container = {
  name: "log-shipper",
  image: "fluent/fluent-bit:4.0",
  volumeMounts: [{ name: "logs", mountPath: "/logs" }],
};
const volume = { name: "logs", emptyDir: {} };

const server = await serve({
  host: "127.0.0.1",
  port: Number(process.env["PORT"] ?? 8443),
  // Ctrl-C ends at once. In a cluster, leave it out: calls that are still sent here are served then.
  shutdown: { gracePeriodSeconds: 0 },
  webhooks: {
    "policy.example.com": {
      plugins: [requiredLabels(), injectSidecar({ container, volume })],
    },
  },
});

if (server) {
  for (const { path, plugins } of server.endpoints) {
    console.log(`${server.url}${path}: ${plugins.join(", ")}`);
  }
  console.log(`CA file: ${server.caFile}`);
}
