/**
 * A server with the tenancy plugin, with one of the same rules that does nothing, or with both, each in a webhook of
 * its own. Usage: node tenancy-server.ts CERT KEY PORT idle|tenancy|both [KUBECONFIG]; without the last, the cluster
 * is one in memory with namespaces.
 */
import { createServer } from "@gatewright/core";
import { connectCluster } from "@gatewright/kubernetes";
import { createFakeCluster } from "@gatewright/testing";
import { idle, namespaces, tenancy, webhooks } from "./plugins.ts";

const [certFile, keyFile, port, what, kubeconfig] = process.argv.slice(2) as [
  string,
  string,
  string,
  "idle" | "tenancy" | "both",
  string | undefined,
];

const all = {
  idle: { [webhooks.idle]: { plugins: [idle()] } },
  tenancy: { [webhooks.tenancy]: { plugins: [tenancy()] } },
};

await createServer({
  host: "127.0.0.1",
  port: Number(port),
  log: "warn",
  tls: { certFile, keyFile },
  cluster: () =>
    kubeconfig === undefined
      ? createFakeCluster({ objects: namespaces(1_000) })
      : connectCluster({ kubeconfig }),
  webhooks: what === "both" ? { ...all.idle, ...all.tenancy } : all[what],
});
console.log("listening");
