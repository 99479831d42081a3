import type { ClusterConnection } from "@gatewright/core";
import type { WebhookClient } from "./webhook-configurations.ts";

/** How a server registers its webhooks. */
export interface RegisterWebhooksOptions {
  /**
   * Of both webhook configurations, and so their place among those of others.
   * @default "gatewright"
   */
  name?: string;
  /**
   * By which the API server calls: the certificate must be for `<name>.<namespace>.svc`.
   * @default the Service `name`, in the server's namespace, port 443
   */
  service?: { name: string; namespace?: string; port?: number };
  /** Where the API server calls instead of a Service: `https://host:port`, without a path. */
  url?: string;
  /**
   * Whose rollout is waited for, and whose end is the registration's.
   * @default the Deployment `gatewright`, if there is one; else this server's own readiness is all that is waited for,
   *   and the server that registered takes the registration away when it ends
   */
  deployment?: { name: string; namespace?: string };
  /**
   * Who owns the configurations, so that they go with it.
   * @default that of the Deployment's name, if there is one
   */
  clusterRole?: string;
  /**
   * A Certificate of cert-manager in the server's namespace, whose CA its cainjector is to write where the server does not
   * know it by itself (`tls.caFile`).
   * @default none
   */
  certManagerCertificate?: string;
  /**
   * How long, in seconds, every replica has been ready before webhooks are registered or changed: until the last proxy knows
   * of it, and no call goes to an older replica. As long as servers go on serving after SIGTERM, which is for the same.
   * @default 10
   */
  settleSeconds?: number;
  /**
   * This server's pod: one that is ending registers nothing new.
   * @default the one that the token of its service account is for; else the one that is called as the host is
   */
  pod?: string;
}

/** The same, with every default filled in. */
export interface RegistrationSettings {
  readonly name: string;
  readonly clientConfig: WebhookClient;
  readonly namespace: string;
  readonly deployment: string;
  /** Whether there may be none. */
  readonly isDeploymentOptional: boolean;
  readonly clusterRole: string;
  readonly certManager: string | undefined;
  readonly pod: string;
  readonly settleMs: number;
}

const GATEWRIGHT = "gatewright";

/** Fills in what a connection knows. */
export function registrationSettings(
  options: RegisterWebhooksOptions,
  connection: Pick<ClusterConnection, "namespace">,
  pod: string,
): RegistrationSettings {
  const { name = GATEWRIGHT, service, url, deployment, clusterRole } = options;
  const namespace = deployment?.namespace ?? service?.namespace ?? connection.namespace;
  const { certManagerCertificate } = options;
  return {
    name,
    clientConfig:
      url === undefined
        ? {
            service: {
              name: service?.name ?? name,
              namespace: service?.namespace ?? namespace,
              port: service?.port ?? 443,
            },
          }
        : { url },
    namespace,
    deployment: deployment?.name ?? GATEWRIGHT,
    isDeploymentOptional: deployment === undefined,
    clusterRole: clusterRole ?? deployment?.name ?? GATEWRIGHT,
    certManager:
      certManagerCertificate === undefined ? undefined : `${namespace}/${certManagerCertificate}`,
    pod: options.pod ?? pod,
    settleMs: (options.settleSeconds ?? 10) * 1_000,
  };
}
