import type { MetricFamily } from "@gatewright/core";
import type { Authority, Leaf } from "./authority.ts";
import type { Serving } from "./keeper.ts";
import type { RegisteredBundle } from "./registered-bundles.ts";

/** The registered webhooks whose calls fail, since their `caBundle` does not verify what is served. */
export function unverifiedBundles(
  bundles: readonly RegisteredBundle[] | undefined,
  leaf: Leaf | undefined,
  authority: Authority,
): RegisteredBundle[] {
  if (bundles === undefined || leaf === undefined) return [];
  return bundles.filter(
    ({ caBundle }) =>
      !authority.readCas(caBundle).cas.some((ca) => authority.verifies(ca, leaf.cert)),
  );
}

/** What is counted of a certificate that is kept in a Secret. */
export function certificateMetrics(
  serving: Serving | undefined,
  bundles: readonly RegisteredBundle[] | undefined,
  authority: Authority,
): MetricFamily[] {
  if (serving === undefined) return [];
  const gauge = (name: string, help: string, value: number): MetricFamily => ({
    name,
    help,
    type: "gauge",
    samples: [{ labels: {}, value }],
  });
  const cas = gauge(
    "gatewright_certificate_cas",
    "CAs that callers are given: more than one while one replaces the other",
    serving.cas.length,
  );
  if (bundles === undefined) return [cas];
  const unverified = gauge(
    "gatewright_certificate_unverified_webhooks",
    "Registered webhooks whose caBundle does not verify the serving certificate",
    unverifiedBundles(bundles, serving.leaf, authority).length,
  );
  return [cas, unverified];
}
