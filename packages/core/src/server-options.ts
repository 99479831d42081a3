import type { AdmissionRequest } from "./admission.ts";
import type { LeaderElectionOptions } from "./leader-election-options.ts";
import type { Logger, LogLevel } from "./log.ts";
import type { Outcome } from "./outcome.ts";
import type { ClusterSource } from "./open-cluster.ts";
import type { CertificateOpener } from "./tls/certificate-source.ts";
import type { RegistrationOpener } from "./registration.ts";
import type { WebhookOptions } from "./webhook.ts";
import type { WebhookEndpoint } from "./webhook-endpoint.ts";

/** Certificate files, and who may call. */
export interface TlsOptions {
  /** PEM, leaf first. Watched: a replaced pair is taken up without dropping a connection. */
  certFile: string;
  /** PEM, without a passphrase. */
  keyFile: string;
  /**
   * PEM of the CAs that the certificate is verified with: what a registration's `caBundle` is to hold. With it,
   * readiness knows whether they do verify it. Watched, too.
   * @default unknown
   */
  caFile?: string;
  /** PEM; with it, callers of webhooks need a certificate of this CA. Probes never do. */
  clientCaFile?: string;
  /**
   * `request` lets callers without a certificate in, and refuses only bad ones.
   * @default "require" where `clientCaFile` is set, else "none"
   */
  clientAuth?: "none" | "request" | "require";
  /**
   * Common names or subject alternative names, of which a caller's certificate must bear one.
   * @default any certificate of the CA
   */
  allowedClients?: readonly string[];
}

/** A certificate of the server's own making, for trying things out. */
export interface DevelopmentTlsOptions {
  /**
   * Where CA, certificate and keys are kept between starts. Keep it out of version control.
   * @default ".gatewright"
   */
  developmentFolder?: string;
  /**
   * Names and addresses that the certificate is for.
   * @default ["localhost", "127.0.0.1", "::1"]
   */
  hosts?: readonly string[];
}

/**
 * Wraps each review, for tracing: call `next` once, and return what it resolves to. Parts of `request` are parsed when they
 * are read, and so `structuredClone` may refuse it: `JSON.parse(JSON.stringify(request))` copies it.
 */
export type AroundReview = (
  review: { readonly endpoint: WebhookEndpoint; readonly request: AdmissionRequest },
  next: () => Promise<Outcome>,
) => Promise<Outcome>;

/** What a server is made of. */
export interface ServerOptions {
  /** By name: `{ "pods.example.com": { plugins: [noHostNetwork()] } }`. */
  webhooks: Readonly<Record<string, WebhookOptions>>;
  /**
   * 0 takes any free port.
   * @default 8443
   */
  port?: number;
  /**
   * The address to listen on.
   * @default all of them
   */
  host?: string;
  /**
   * Files; a certificate for development; or what opens a certificate of another kind, such as
   * `selfManagedCertificate()` of `@gatewright/kubernetes`, which keeps one in a Secret.
   * @default a development certificate in `.gatewright`
   */
  tls?: TlsOptions | DevelopmentTlsOptions | CertificateOpener;
  /**
   * What registers the webhooks once the server is ready, keeps them so, and takes them away with it: such as
   * `registerWebhooks()` of `@gatewright/kubernetes`.
   * @default nothing: somebody else registers them
   */
  registration?: RegistrationOpener;
  /**
   * A plain-HTTP listener of its own for `GET /metrics`; `host` as above, 0 takes any free port.
   * @default none
   */
  metrics?: { port: number; host?: string };
  /**
   * For plugins with `reads`, `writes` or `reconcile`: what makes a connection, which is called only where a plugin needs it
   * and is closed with the server; or a connection, which is left open.
   *
   * @default none: a server with such a plugin does not start
   * @example
   * cluster: () => connectCluster()
   */
  cluster?: ClusterSource;
  /** For plugins with `reconcile`: where the Leases are by which servers agree on who does it. */
  leaderElection?: LeaderElectionOptions;
  /** A logger, or how much pino writes to standard output. @default "info" */
  log?: Logger | LogLevel;
  /**
   * Larger bodies are refused with 413.
   * @default 7340032 (7 MiB)
   */
  maxRequestBytes?: number;
  /**
   * Of all reviews that are being received or judged; a review beyond them is refused with 503, and `failurePolicy`
   * decides. A review takes about six times its size in memory. Not less than `maxRequestBytes`.
   * @default 67108864 (64 MiB), or `maxRequestBytes` where that is more
   */
  maxBytesInFlight?: number;
  shutdown?: {
    /**
     * How long to go on serving after readiness turned red, in seconds: until no kube-proxy and no
     * API server sends new calls here.
     * @default 10
     */
    gracePeriodSeconds?: number;
    /**
     * How long reviews in flight may take after that before they are cut off, in seconds.
     * @default 30
     */
    drainSeconds?: number;
  };
  aroundReview?: AroundReview;
}
