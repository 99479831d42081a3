import type { MetricFamily } from "../plugin-metrics.ts";
import { type Certificate, parseChain, validity } from "./certificate.ts";
import type { CertificateSource } from "./certificate-source.ts";
import { verifies } from "./trust.ts";

const DAY_MS = 86_400_000;

/** Why nobody can verify what a source has served; undefined where somebody may. */
export function whyUnverifiable(source: CertificateSource): string | undefined {
  const own = source.unready?.();
  if (own !== undefined) return own;
  const certificate = source.current();
  const state = validity(certificate);
  if (state === "expired") return `expired on ${certificate.notAfter.toISOString()}`;
  if (state !== "valid") return `is not valid before ${certificate.notBefore.toISOString()}`;
  const bundle = source.caBundle?.();
  if (bundle === undefined) return undefined;
  return verifiesOnce(bundle, certificate) ? undefined : "is not of the CA that callers are given";
}

// Asked by every probe, and it changes once in weeks.
const verified = new WeakMap<Certificate, { bundle: string; good: boolean }>();

function verifiesOnce(bundle: string, certificate: Certificate): boolean {
  const before = verified.get(certificate);
  if (before?.bundle === bundle) return before.good;
  let good = false;
  try {
    good = verifies(bundle, certificate.cert);
  } catch {
    // What is no certificate verifies nothing.
  }
  verified.set(certificate, { bundle, good });
  return good;
}

/** Days until the leaf, and the first CA that verifies it, run out; negative where they have. */
export function certificateDays(source: CertificateSource, now = Date.now()): MetricFamily {
  const left = (until: Date) => Math.round(((until.getTime() - now) / DAY_MS) * 1000) / 1000;
  const samples = [
    { labels: { certificate: "leaf" }, value: left(source.current().notAfter) },
    ...caEnds(source).map((until) => ({ labels: { certificate: "ca" }, value: left(until) })),
  ];
  return {
    name: "gatewright_certificate_days_left",
    help: "Days until the serving certificate, and the CA that callers are given, run out",
    type: "gauge",
    samples,
  };
}

function caEnds(source: CertificateSource): Date[] {
  const bundle = source.caBundle?.();
  if (bundle === undefined) return [];
  try {
    const { cert } = source.current();
    const used = parseChain(bundle, "the CA bundle").filter((ca) => verifies(ca.toString(), cert));
    const [first] = used
      .map(({ validToDate }) => validToDate)
      .sort((a, b) => Number(a) - Number(b));
    return first === undefined ? [] : [first];
  } catch {
    return [];
  }
}
