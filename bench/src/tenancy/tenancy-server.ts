/**
 * A server with the tenancy plugin, or with one of the same rules that does nothing.
 * Usage: node tenancy-server.ts CERT KEY PORT idle|tenancy [KUBECONFIG]; without the last, the cluster is one
 * in memory with the namespaces of `namespaces.ts`.
 */
import { createServer } from "@gatewright/core";
import { connectCluster } from "@gatewright/kubernetes";
import { createFakeCluster } from "@gatewright/testing";
import { idle, namespaces, tenancy, WEBHOOK } from "./plugins.ts";

const [certFile, keyFile, port, what, kubeconfig] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string | undefined,
];

await createServer({
  host: "127.0.0.1",
  port: Number(port),
  log: "warn",
  tls: { certFile, keyFile },
  cluster: () =>
    kubeconfig === undefined
      ? createFakeCluster({ objects: namespaces(1_000) })
      : connectCluster({ kubeconfig }),
  webhooks: { [WEBHOOK]: { plugins: [what === "idle" ? idle() : tenancy()] } },
});
console.log("listening");
