import { verifies } from "@gatewright/core/certificates";
import { casIn, decoded, fingerprintOf, OVERLAP_ANNOTATION } from "./ca-overlap.ts";
import { CONFIGURATIONS } from "./configuration-resources.ts";
import type { LiveConfiguration } from "./differences.ts";
import { whyNoReplica } from "./own-pod.ts";
import { callsClient } from "./registered-paths.ts";
import type { RegistrarParts } from "./registrar-parts.ts";
import { isOurs } from "./remove-configurations.ts";
import { whyUntrusted } from "./trust.ts";
import type { RegisteredWebhook } from "./webhook-configurations.ts";
import { FIELD_MANAGER } from "./write-configurations.ts";

type Parts = Pick<RegistrarParts, "connection" | "settings" | "certificate" | "live">;

/** Where an injector writes the CA, what is added would be taken away again. */
const INJECTED = "cert-manager.io/inject-ca-from";

/**
 * Whether callers are given CAs of which none verifies what this server serves: a replica whose certificate is of another
 * source than those of the replicas of before.
 */
export function isUnknownToCallers({ settings, certificate, live }: Parts): boolean {
  const { clientConfig } = settings;
  if (certificate.caBundle?.() === undefined) return false;
  if (whyUntrusted(certificate, clientConfig, false) !== undefined) return false;
  const all = [live.get("mutate"), live.get("validate")];
  return all.some((one) => one !== undefined && staleIn(one, { settings, certificate }).length > 0);
}

/**
 * Has callers trust this server's CA beside those that they are given, which stay: it is called as soon as it is ready, while
 * a replica that knows nothing of its CA may be the one to register.
 *
 * @returns whether anything was written
 * @throws ClusterError also where somebody else was faster: what there is then is looked at anew.
 */
export async function addOwnCa(parts: Parts): Promise<boolean> {
  const { connection, settings, certificate } = parts;
  if (!isUnknownToCallers(parts) || (await whyNoReplica(parts)) !== undefined) return false;
  const own = casIn(certificate.caBundle?.() ?? "");
  let written = false;
  for (const resource of Object.values(CONFIGURATIONS)) {
    const there: LiveConfiguration | undefined = await connection.get(resource, settings.name);
    const stale = there === undefined ? [] : staleIn(there, parts);
    if (there === undefined || stale.length === 0) continue;
    const webhooks = (there.webhooks ?? []).map((webhook) =>
      stale.includes(webhook) ? withCas(webhook, own) : webhook,
    );
    const given = stale.flatMap(({ clientConfig }) => casIn(decoded(clientConfig?.caBundle)));
    const together = [...new Set([...given, ...own])].map(fingerprintOf).join(",");
    const annotations = { ...there.metadata?.annotations, [OVERLAP_ANNOTATION]: together };
    const metadata = { ...there.metadata, annotations };
    await connection.update(resource, { ...there, metadata, webhooks } as LiveConfiguration, {
      fieldManager: FIELD_MANAGER,
    });
    written = true;
  }
  return written;
}

function staleIn(
  live: LiveConfiguration,
  { settings, certificate }: Pick<Parts, "settings" | "certificate">,
): Partial<RegisteredWebhook>[] {
  const { namespace, clusterRole, clientConfig } = settings;
  const isInjected = live.metadata?.annotations?.[INJECTED] !== undefined;
  if (isInjected || !isOurs(live, `${namespace}/${clusterRole}`)) return [];
  const { cert } = certificate.current();
  return (live.webhooks ?? []).filter((webhook) => {
    const given = webhook.clientConfig?.caBundle;
    // Without one, the system's roots are trusted, and a CA would end that.
    if (given === undefined || !callsClient(webhook, clientConfig)) return false;
    const cas = casIn(decoded(given));
    return cas.length === 0 || !verifies(cas.join(""), cert);
  });
}

function withCas(
  webhook: Partial<RegisteredWebhook>,
  own: readonly string[],
): Partial<RegisteredWebhook> {
  const all = new Set([...casIn(decoded(webhook.clientConfig?.caBundle)), ...own]);
  const caBundle = Buffer.from([...all].join("")).toString("base64");
  return { ...webhook, clientConfig: { ...webhook.clientConfig, caBundle } };
}
