/**
 * Ours, as a user runs it: run-as-nonroot, and as many plugins as asked for whose rules match no Pod.
 * Usage: node gatewright-server.ts CERT KEY PORT IDLE_PLUGINS
 */
import { createServer, definePlugin } from "@gatewright/core";
import runAsNonRoot from "@gatewright/plugin-run-as-nonroot";

const [certFile, keyFile, port, idle] = process.argv.slice(2) as [string, string, string, string];

const idlePlugins = Array.from({ length: Number(idle) }, (_, index) =>
  definePlugin({
    name: `idle-${index}`,
    mutate: {
      rules: [
        {
          apiGroups: ["apps"],
          apiVersions: ["v1"],
          resources: ["deployments"],
          operations: ["CREATE", "UPDATE"],
        },
      ],
      sideEffects: "None",
      handle({ object }) {
        object.metadata = { ...object.metadata, annotations: { idle: String(index) } };
      },
    },
  })(),
);

await createServer({
  host: "127.0.0.1",
  port: Number(port),
  tls: { certFile, keyFile },
  webhooks: { "pods.gatewright.dev": { plugins: [runAsNonRoot(), ...idlePlugins] } },
});
console.log("listening");
