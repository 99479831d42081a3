import { join } from "node:path";
import { createServer, definePlugin } from "@gatewright/core";

/** Where a server's certificate is. */
export interface Certificate {
  certFile: string;
  keyFile: string;
  caFile: string;
}

/** What our own server makes for itself, for all servers that are compared: ECDSA P-256. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const nothing = definePlugin({
    name: "nothing",
    validate: {
      rules: [
        { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] },
      ],
      sideEffects: "None",
      handle() {},
    },
  });
  const server = await createServer({
    port: 0,
    host: "127.0.0.1",
    log: "silent",
    tls: { developmentFolder: folder },
    shutdown: { gracePeriodSeconds: 0 },
    webhooks: { "nothing.gatewright.dev": { plugins: [nothing()] } },
  });
  await server.close();
  return {
    certFile: join(folder, "tls.crt"),
    keyFile: join(folder, "tls.key"),
    caFile: join(folder, "ca.crt"),
  };
}
