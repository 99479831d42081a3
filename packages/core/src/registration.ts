import type { ClusterConnection } from "./cluster-connection.ts";
import type { Logger } from "./log.ts";
import type { MetricFamily } from "./plugin-metrics.ts";
import type { CertificateSource } from "./tls/certificate-source.ts";
import type { WebhookEndpoint } from "./webhook-endpoint.ts";

/** What a registration has of its server. */
export interface RegistrationContext {
  /**
   * The server's own connection, made by its first user and closed with the server.
   *
   * @throws GatewrightError `GW_CLUSTER_CONFIG` where the server has no `cluster`, or it cannot be connected.
   */
  connection(): Promise<ClusterConnection>;
  /** Every phase of every webhook, in the configured order. */
  readonly endpoints: readonly WebhookEndpoint[];
  readonly certificate: CertificateSource;
  readonly log: Logger;
  /** Why plugins are not ready to be asked; empty where they are. */
  unready(): Promise<string[]>;
}

/** Webhooks that are registered, or will be, for as long as their server lives. */
export interface Registration {
  /**
   * Paths that the API server may still call, of webhooks that this server was not configured with: an earlier
   * configuration's, until the registration is changed. The server answers them as requests that no plugin is for.
   */
  retired(): ReadonlySet<string>;
  metrics(): MetricFamily[];
  /** The server has begun to end, and still answers. Resolves when nothing goes on any more. */
  close(): Promise<void>;
}

/** Begins to register a server's webhooks, once it listens. Its errors end the start. */
export type RegistrationOpener = (context: RegistrationContext) => Promise<Registration>;
