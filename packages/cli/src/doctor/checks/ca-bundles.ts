import type { X509Certificate } from "node:crypto";
import { type CaBundle, caBundleOf, injectorOf } from "../ca-bundle.ts";
import type { Check, Hit, Patient } from "../check.ts";
import { titleOf, type Webhook, whereOf } from "../gate.ts";

const CA_BUNDLE =
  "kubernetes.io/docs/reference/kubernetes-api/extend-resources/validating-webhook-configuration-v1/ (clientConfig.caBundle)";

const DAY_MS = 86_400_000;
/** A month's notice: certificates of a year are renewed by then. */
export const SOON_DAYS = 30;

export const daysLeft = (certificate: X509Certificate, now: Date): number =>
  Math.floor((Date.parse(certificate.validTo) - now.getTime()) / DAY_MS);

export const dateOf = (certificate: X509Certificate): string =>
  new Date(Date.parse(certificate.validTo)).toISOString().slice(0, 10);

function* bundles({ webhooks }: Patient): Iterable<{ webhook: Webhook; bundle: CaBundle }> {
  for (const webhook of webhooks) {
    const { caBundle } = webhook.client;
    if (caBundle === undefined || isPlaceholder(webhook)) continue;
    yield { webhook, bundle: caBundleOf(caBundle) };
  }
}

/** A new line or so, where somebody else is to write: what many charts have there. */
export function isPlaceholder({ client: { caBundle = "" } }: Webhook): boolean {
  return Buffer.from(caBundle, "base64").toString("utf8").trim() === "";
}

const bundleAt = (webhook: Webhook) => whereOf(webhook, "/clientConfig/caBundle");

/** What the API server is told to trust. */
export const caBundleChecks: readonly Check[] = [
  {
    id: "GWD401-ca-bundle-missing",
    severity: "error",
    title: "no caBundle for a certificate of the cluster's own",
    why: "Without caBundle the API server trusts what its machine trusts: public CAs, none of which issues certificates for names in .svc. Where a server or a Job of its own writes it, leave this one out with --skip.",
    source: CA_BUNDLE,
    fix: `clientConfig:
  caBundle: LS0tLS1CRUdJTi…   # base64 of the CA's PEM; or let cert-manager write it:
# metadata: { annotations: { cert-manager.io/inject-ca-from: webhook-system/webhook } }`,
    *find({ webhooks, snapshot }): Iterable<Hit> {
      for (const webhook of webhooks) {
        const { caBundle, service } = webhook.client;
        if (service === undefined || (caBundle !== undefined && !isPlaceholder(webhook))) continue;
        const injector = injectorOf(webhook);
        // In a file, whoever injects has not seen it yet.
        if (injector !== undefined && !snapshot.complete) continue;
        const who =
          injector === undefined ? "" : `: ${injector} names who writes it, and nobody has`;
        yield {
          where: whereOf(webhook, "/clientConfig"),
          what: `${titleOf(webhook)} has no caBundle${who}`,
          // Of a file it may be that its server, or a Job, writes it later.
          ...(!snapshot.complete && { severity: "warning" as const }),
        };
      }
    },
  },
  {
    id: "GWD402-ca-bundle-unreadable",
    severity: "error",
    title: "a caBundle that is not one",
    why: "caBundle is the base64 of PEM certificates and of nothing else. The API server takes it as it is, and every call fails for want of a CA; whatever else is in it is read by everybody who may read the configuration.",
    source: CA_BUNDLE,
    fix: "# kubectl create … caBundle: $(base64 -w0 < ca.crt)",
    *find(patient): Iterable<Hit> {
      for (const { webhook, bundle } of bundles(patient)) {
        if (bundle.problem === undefined) continue;
        yield {
          where: bundleAt(webhook),
          what: `the caBundle of ${titleOf(webhook)} ${bundle.problem}`,
        };
      }
    },
  },
  {
    id: "GWD403-ca-expired",
    severity: "error",
    title: "a caBundle whose certificates have all expired",
    why: "What an expired CA has issued is not trusted: every call fails.",
    source: "RFC 5280, section 6.1.3",
    fix: "caBundle: LS0tLS1CRUdJTi…   # of a new CA, beside the old one until all replicas have new certificates",
    *find(patient): Iterable<Hit> {
      for (const { webhook, bundle } of bundles(patient)) {
        const [last] = latestFirst(bundle);
        if (last === undefined || Date.parse(last.validTo) > patient.now.getTime()) continue;
        yield {
          where: bundleAt(webhook),
          what: `the caBundle of ${titleOf(webhook)} expired on ${dateOf(last)}`,
        };
      }
    },
  },
  {
    id: "GWD404-ca-expires-soon",
    severity: "warning",
    title: "a caBundle that expires soon",
    why: `In ${SOON_DAYS} days or less every call fails, unless somebody renews it.`,
    source: "RFC 5280, section 6.1.3",
    fix: "caBundle: LS0tLS1CRUdJTi…   # old and new CA together, one PEM after the other",
    *find(patient): Iterable<Hit> {
      for (const { webhook, bundle } of bundles(patient)) {
        const [last] = latestFirst(bundle);
        if (last === undefined || Date.parse(last.validTo) <= patient.now.getTime()) continue;
        const days = daysLeft(last, patient.now);
        if (days > SOON_DAYS) continue;
        yield {
          where: bundleAt(webhook),
          what: `the caBundle of ${titleOf(webhook)} expires in ${days} days, on ${dateOf(last)}`,
        };
      }
    },
  },
  {
    id: "GWD405-not-a-ca",
    severity: "warning",
    title: "a caBundle without a CA",
    why: "A certificate that is no CA verifies itself alone: its renewal breaks every call until caBundle follows, and there is no overlap in which both are trusted.",
    source: "RFC 5280, section 4.2.1.9; Go's crypto/x509, Certificate.Verify",
    fix: "caBundle: LS0tLS1CRUdJTi…   # of the CA that issues the certificates, CA:TRUE",
    *find(patient): Iterable<Hit> {
      for (const { webhook, bundle } of bundles(patient)) {
        if (bundle.certificates.length === 0 || bundle.certificates.some(({ ca }) => ca)) continue;
        yield {
          where: bundleAt(webhook),
          what: `no certificate in the caBundle of ${titleOf(webhook)} is a CA`,
        };
      }
    },
  },
];

function latestFirst({ certificates }: CaBundle): X509Certificate[] {
  return certificates.toSorted((a, b) => Date.parse(b.validTo) - Date.parse(a.validTo));
}
