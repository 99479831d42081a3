import type { ClusterConnection, KubernetesObject } from "@gatewright/core";

type Configuration = KubernetesObject & {
  readonly webhooks?: readonly { name?: string; clientConfig?: ClientConfig }[];
};

/** A webhook that is registered, and which certificate its caller will accept. */
export interface RegisteredBundle {
  /** `ValidatingWebhookConfiguration gatewright, webhook pods.example.com`. */
  readonly where: string;
  /** By which name the certificate is verified. */
  readonly host: string;
  /** PEM; empty where none is given: the API server then goes by the system's CAs. */
  readonly caBundle: string;
}

/** Which webhooks are meant: those of a Service, or of a URL with one of the hosts. */
export interface BundlesOf {
  readonly service: { readonly name: string; readonly namespace: string };
  readonly hosts: readonly string[];
}

/** Kinds of webhook configurations, by their resource. */
export const WEBHOOK_CONFIGURATIONS: Readonly<Record<string, string>> = {
  "admissionregistration.k8s.io/v1/mutatingwebhookconfigurations": "MutatingWebhookConfiguration",
  "admissionregistration.k8s.io/v1/validatingwebhookconfigurations":
    "ValidatingWebhookConfiguration",
};

/** A webhook's `clientConfig`, of either kind. */
export interface ClientConfig {
  service?: { name?: string; namespace?: string };
  url?: string;
  caBundle?: string;
}

/**
 * Every webhook that is registered for a server, whoever registered it.
 *
 * @throws ClusterError where they cannot be listed.
 */
export async function registeredBundles(
  connection: Pick<ClusterConnection, "list">,
  of: BundlesOf,
): Promise<RegisteredBundle[]> {
  const lists = await Promise.all(
    Object.entries(WEBHOOK_CONFIGURATIONS).map(async ([resource, kind]) => {
      const { items } = await connection.list(resource);
      return items.flatMap((item) => bundlesIn(item, kind, of));
    }),
  );
  return lists.flat();
}

function bundlesIn(
  { metadata, webhooks = [] }: Configuration,
  kind: string,
  of: BundlesOf,
): RegisteredBundle[] {
  return webhooks.flatMap(({ name = "", clientConfig = {} }) =>
    isFor(clientConfig, of)
      ? [
          {
            where: `${kind} ${metadata?.name ?? ""}, webhook ${name}`,
            host: hostOf(clientConfig),
            caBundle: Buffer.from(clientConfig.caBundle ?? "", "base64").toString(),
          },
        ]
      : [],
  );
}

/** Whether a webhook calls the server. */
export function isFor({ service, url }: ClientConfig, of: BundlesOf): boolean {
  if (service !== undefined) {
    return service.name === of.service.name && service.namespace === of.service.namespace;
  }
  if (url === undefined || !URL.canParse(url)) return false;
  return of.hosts.includes(hostnameOf(url));
}

/** By which name the API server verifies a webhook's certificate; empty where it calls nobody. */
function hostOf({ service, url = "" }: ClientConfig): string {
  if (service !== undefined) return `${service.name}.${service.namespace}.svc`;
  return URL.canParse(url) ? hostnameOf(url) : "";
}

/** IPv6 is in brackets there. */
function hostnameOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, "");
}
