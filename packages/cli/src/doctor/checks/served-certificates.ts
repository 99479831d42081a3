import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { verifies } from "@gatewright/core/certificates";
import { certificatesIn } from "../ca-bundle.ts";
import type { Check, Hit, Patient } from "../check.ts";
import { titleOf, type Webhook, whereOf } from "../gate.ts";
import { dateOf, daysLeft, isPlaceholder } from "./ca-bundles.ts";

/** Leaves are renewed later than CAs. */
const SOON_DAYS = 14;

interface Serving {
  readonly webhook: Webhook;
  readonly chain: string;
  readonly leaf: X509Certificate;
}

/** What `snapshot.served` is keyed by. */
export function servedKey({ client: { service, url } }: Webhook): string | undefined {
  if (service !== undefined) return `${service.namespace}/${service.name}:${service.port}`;
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined;
}

function* servings({ webhooks, served }: Patient): Iterable<Serving> {
  for (const webhook of webhooks) {
    const key = servedKey(webhook);
    const chain = key === undefined ? undefined : served.get(key)?.chain;
    const [leaf] = chain === undefined ? [] : certificatesIn(chain);
    if (chain !== undefined && leaf !== undefined) yield { webhook, chain, leaf };
  }
}

/** One webhook of each server. */
function* servers(patient: Patient): Iterable<Serving> {
  const seen = new Set<string>();
  for (const serving of servings(patient)) {
    const key = servedKey(serving.webhook) ?? "";
    if (!seen.has(key)) yield serving;
    seen.add(key);
  }
}

/** The name that the API server asks for. */
function hostOf({ client: { service, url } }: Webhook): string {
  if (service !== undefined) return `${service.name}.${service.namespace}.svc`;
  return new URL(url ?? "https://unknown").hostname.replaceAll(/^\[|\]$/g, "");
}

/** As Go does: alternative names alone, not the subject's. */
function isFor(leaf: X509Certificate, host: string): boolean {
  if (isIP(host) !== 0) return leaf.checkIP(host) !== undefined;
  return leaf.checkHost(host, { subject: "never" }) !== undefined;
}

function isVerified(trusted: readonly X509Certificate[], chain: string): boolean {
  try {
    // Without what cannot be read, which another check tells of.
    return verifies(trusted.map(String).join(""), certificatesIn(chain).map(String).join(""));
  } catch {
    // A key that nobody can verify with verifies nothing.
    return false;
  }
}

const clientAt = (webhook: Webhook) => whereOf(webhook, "/clientConfig");

/** What a webhook serves, where that is known: called online, offline from the Secret that its pods mount. */
export const servedCertificateChecks: readonly Check[] = [
  {
    id: "GWD406-not-verified",
    severity: "error",
    title: "a certificate that caBundle does not verify",
    why: "The API server ends the connection (x509: certificate signed by unknown authority), and failurePolicy decides.",
    source: "apiserver/pkg/util/webhook/client.go",
    fix: "caBundle: LS0tLS1CRUdJTi…   # of the CA that issued what is served",
    *find(patient): Iterable<Hit> {
      for (const { webhook, chain, leaf } of servings(patient)) {
        const { caBundle } = webhook.client;
        if (caBundle === undefined || isPlaceholder(webhook)) continue;
        const trusted = certificatesIn(Buffer.from(caBundle, "base64").toString("utf8"));
        if (trusted.length === 0) continue;
        if (isVerified(trusted, chain)) continue;
        yield {
          where: whereOf(webhook, "/clientConfig/caBundle"),
          what: `what ${titleOf(webhook)} serves is issued by ${oneLine(leaf.issuer)}, and its caBundle has ${trusted.map(({ subject }) => oneLine(subject)).join("; ")}`,
        };
      }
    },
  },
  {
    id: "GWD407-wrong-name",
    severity: "error",
    title: "a certificate for another name",
    why: "The API server asks for SERVICE.NAMESPACE.svc, and looks at subject alternative names alone.",
    source: "apiserver/pkg/util/webhook/client.go; Go 1.15 release notes, crypto/x509",
    fix: "# of the certificate\ndnsNames: [webhook.webhook-system.svc]",
    *find(patient): Iterable<Hit> {
      for (const { webhook, leaf } of servers(patient)) {
        const host = hostOf(webhook);
        if (isFor(leaf, host)) continue;
        yield {
          where: clientAt(webhook),
          what: `${titleOf(webhook)} serves a certificate for ${leaf.subjectAltName ?? "no name at all"}, and is asked for ${host}`,
          fix: `dnsNames: [${host}]`,
        };
      }
    },
  },
  {
    id: "GWD408-served-expired",
    severity: "error",
    title: "a certificate out of its dates",
    why: "Every call fails, and failurePolicy decides.",
    source: "RFC 5280, section 6.1.3",
    fix: "# renew it; gatewright renews its own with tls: { secret: {} }",
    *find(patient): Iterable<Hit> {
      const now = patient.now.getTime();
      for (const { webhook, leaf } of servers(patient)) {
        if (Date.parse(leaf.validFrom) <= now && now < Date.parse(leaf.validTo)) continue;
        const said =
          Date.parse(leaf.validFrom) > now ? "is not valid yet" : `expired on ${dateOf(leaf)}`;
        yield { where: clientAt(webhook), what: `what ${titleOf(webhook)} serves ${said}` };
      }
    },
  },
  {
    id: "GWD409-served-expires-soon",
    severity: "warning",
    title: "a certificate that expires soon",
    why: `In ${SOON_DAYS} days or less every call fails; what renews itself would have done so by now.`,
    source: "RFC 5280, section 6.1.3",
    fix: "# renew it; gatewright renews its own with tls: { secret: {} }",
    *find(patient): Iterable<Hit> {
      for (const { webhook, leaf } of servers(patient)) {
        if (Date.parse(leaf.validTo) <= patient.now.getTime()) continue;
        const days = daysLeft(leaf, patient.now);
        if (days > SOON_DAYS) continue;
        yield {
          where: clientAt(webhook),
          what: `what ${titleOf(webhook)} serves expires in ${days} days, on ${dateOf(leaf)}`,
        };
      }
    },
  },
  {
    id: "GWD410-small-key",
    severity: "warning",
    title: "a small RSA key",
    why: "Go refuses RSA keys of less than 1024 bits, and everybody advises against less than 2048. Of 2048 and more each handshake costs ten times what ECDSA P-256 does.",
    source: "Go 1.24 release notes, crypto/rsa; NIST SP 800-57",
    fix: "privateKey: { algorithm: ECDSA, size: 256 }",
    *find(patient): Iterable<Hit> {
      for (const { webhook, leaf } of servers(patient)) {
        const { asymmetricKeyType, asymmetricKeyDetails } = leaf.publicKey;
        const bits = asymmetricKeyDetails?.modulusLength;
        if (asymmetricKeyType !== "rsa" || bits === undefined || bits >= 2048) continue;
        yield {
          where: clientAt(webhook),
          what: `what ${titleOf(webhook)} serves has an RSA key of ${bits} bits`,
          severity: bits < 1024 ? "error" : "warning",
        };
      }
    },
  },
  {
    id: "GWD411-not-served",
    severity: "error",
    title: "a server that does not speak TLS",
    why: "Each call fails, and failurePolicy decides.",
    source:
      "kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#contacting-the-webhook",
    fix: "# of the Service: targetPort is the port that serves TLS",
    *find({ webhooks, served }): Iterable<Hit> {
      const seen = new Set<string>();
      for (const webhook of webhooks) {
        const key = servedKey(webhook);
        const error = key === undefined ? undefined : served.get(key)?.error;
        if (key === undefined || error === undefined || seen.has(key)) continue;
        seen.add(key);
        yield {
          where: clientAt(webhook),
          what: `${titleOf(webhook)} does not serve TLS: ${error}`,
        };
      }
    },
  },
];

const oneLine = (name: string) => name.replaceAll("\n", ", ");
