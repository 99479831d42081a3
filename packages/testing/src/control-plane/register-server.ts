import { readFile } from "node:fs/promises";
import type { Server } from "@gatewright/core";
import type { ControlPlane } from "./control-plane.ts";
import { registerWebhooks } from "./register-webhooks.ts";
import type { RegisteredWebhooks, WebhookEntry } from "./webhook-registration.ts";

/** What a server declares of its webhooks, and an operator may see otherwise: selectors, policies, versions. */
export type WebhookPolicy = Partial<Omit<WebhookEntry, "name" | "phase" | "rules">>;

export interface ServerRegistration {
  /** Name of the Mutating- and the ValidatingWebhookConfiguration: a DNS label. @default "gatewright" */
  name?: string;
  /**
   * Calls it by Service, as in a cluster: the certificate must be for `<name>.<namespace>.svc`, and the namespace
   * must exist. @default by its URL
   */
  service?: { namespace: string; name: string };
  /** PEM of the CA that signed the server's certificate. @default the CA of its development certificate */
  caBundle?: string | Uint8Array;
  /** Goes before what the server declares, for all of its webhooks or for those of one phase. */
  policy?: WebhookPolicy | ((endpoint: Server["endpoints"][number]) => WebhookPolicy);
  /** Milliseconds that a change may take to become effective. @default 30_000 */
  timeoutMs?: number;
}

/**
 * Registers every webhook of a running server with the API server, as the server declares them, and resolves when
 * the API server calls them. An earlier registration of the same name is replaced.
 *
 * @throws Error where there is no CA, or as `registerWebhooks` does
 * @example
 * const server = await createServer({ port: 0, webhooks: { "pods.example.com": { plugins: [noHostNetwork()] } } });
 * const { unregister } = await registerServer(plane, server);
 */
export async function registerServer(
  plane: Pick<ControlPlane, "request">,
  server: Pick<Server, "url" | "port" | "caFile" | "endpoints">,
  options: ServerRegistration = {},
): Promise<RegisteredWebhooks> {
  const { name, service, policy = {}, timeoutMs } = options;
  const caBundle = options.caBundle ?? (await developmentCa(server.caFile));
  return registerWebhooks(plane, {
    ...(name === undefined ? {} : { name }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    webhooks: server.endpoints.map(
      (endpoint): WebhookEntry => ({
        name: endpoint.name,
        phase: endpoint.phase,
        rules: endpoint.rules,
        sideEffects: endpoint.sideEffects,
        failurePolicy: endpoint.failurePolicy,
        timeoutSeconds: endpoint.timeoutSeconds,
        ...(typeof policy === "function" ? policy(endpoint) : policy),
      }),
    ),
    clientConfig:
      service === undefined ? { url: server.url } : { service: { ...service, port: server.port } },
    caBundle,
  });
}

async function developmentCa(caFile: string | undefined): Promise<string> {
  if (caFile !== undefined) return readFile(caFile, "utf8");
  throw new Error(
    "the server has a certificate of its own: pass the CA that signed it as caBundle",
  );
}
