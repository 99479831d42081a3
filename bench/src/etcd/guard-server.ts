/**
 * A server with the guard, or with the plugin that does nothing.
 * Usage: node guard-server.ts CERT KEY PORT idle|guard MEMBERS, the last as JSON: [[name, endpoint], …]
 */
import { createServer } from "@gatewright/core";
import { guardOf, idle, WEBHOOK } from "./guarded.ts";

const [certFile, keyFile, port, what, json] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const members = JSON.parse(json) as [name: string, endpoint: string][];
const guard = () =>
  guardOf(
    members.map(([, endpoint]) => endpoint),
    members.map(([name]) => name),
  );

await createServer({
  host: "127.0.0.1",
  port: Number(port),
  log: "warn",
  tls: { certFile, keyFile },
  webhooks: { [WEBHOOK]: { plugins: [what === "idle" ? idle() : guard()] } },
});
console.log("listening");
