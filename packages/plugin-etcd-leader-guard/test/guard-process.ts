// A replica in a process of its own: a whole server, by TLS. `forkServer` starts it.
import { createServer } from "@gatewright/core";
import type { ConfigWritten } from "../src/config.ts";
import plugin from "../src/index.ts";

const [, , written = "", folder = ""] = process.argv;
// It must not outlive who started it.
process.once("disconnect", () => process.exit());
const server = await createServer({
  webhooks: {
    "etcd.example.com": { plugins: [plugin(JSON.parse(written) as ConfigWritten)] },
  },
  port: 0,
  host: "127.0.0.1",
  tls: { developmentFolder: folder },
  shutdown: { gracePeriodSeconds: 0 },
  log: "silent",
});
process.once("message", () => {
  void server.close().then(() => process.disconnect());
});
process.send?.({ port: server.port, caFile: server.caFile });
