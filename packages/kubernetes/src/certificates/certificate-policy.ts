import { GatewrightError } from "@gatewright/core";

/** How long things last, and for whom they are. */
export interface CertificatePolicy {
  /** What the leaf is to be good for: DNS names and IP addresses. */
  readonly hosts: readonly string[];
  readonly leafMs: number;
  readonly caMs: number;
  /**
   * By how much an API server may be behind with a webhook configuration, and a server with the Secret: what has been so
   * for as long is so for everybody.
   */
  readonly propagationMs: number;
  /** Between two looks at the Secret. */
  readonly pollMs: number;
}

/** Of a certificate's life, as far as they can be chosen. */
export interface CertificateLifetimes {
  /**
   * Of the serving certificate; it is renewed when a third of them is left.
   * @default 90
   */
  leafDays?: number | undefined;
  /**
   * Of a CA; the next one takes over when a third of them is left. Long, since who registers by hand has to follow:
   * and a CA's key is no better kept than the leaf's beside it, so that a short life would protect nothing.
   * @default 1825
   */
  caDays?: number | undefined;
  /**
   * How long, in seconds, a CA has been in every registered `caBundle` before a certificate of it is served, and how long
   * that has been in the Secret before a CA is taken away that was to be replaced. API servers follow their watch within
   * seconds; this is what one may be late by.
   * @default 300
   */
  propagationSeconds?: number | undefined;
}

/** Clocks differ: certificates are good from an hour before they are made. */
export const CLOCK_SKEW_MS = 3_600_000;

const DAY_MS = 86_400_000;
const LONGEST_POLL_MS = 10_000;

/**
 * The policy without gaps.
 *
 * @throws GatewrightError `GW_CONFIG_INVALID` for what contradicts itself.
 */
export function certificatePolicy(
  hosts: readonly string[],
  { leafDays = 90, caDays = 5 * 365, propagationSeconds = 300 }: CertificateLifetimes = {},
): CertificatePolicy {
  if (hosts.length === 0) throw invalid("a certificate needs a host at least");
  if (!(leafDays > 0)) throw invalid(`leafDays is more than 0, not ${leafDays}`);
  // A third of the CA's life is left for a leaf's whole life, or leaves would be cut short by their CA.
  if (!(caDays >= 3 * leafDays)) {
    throw invalid(`caDays is three times leafDays at least: ${3 * leafDays}, not ${caDays}`);
  }
  if (!(propagationSeconds > 0)) {
    throw invalid(`propagationSeconds is more than 0, not ${propagationSeconds}`);
  }
  const propagationMs = propagationSeconds * 1_000;
  return {
    hosts: [...new Set(hosts)],
    leafMs: leafDays * DAY_MS,
    caMs: caDays * DAY_MS,
    propagationMs,
    // Several looks must fit in, or a server would be late by as much as others wait for.
    pollMs: Math.min(LONGEST_POLL_MS, propagationMs / 10),
  };
}

/** The names by which a cluster calls a Service. */
export function serviceHosts(name: string, namespace: string): string[] {
  // The API server calls the first; the others are what people try.
  return [
    `${name}.${namespace}.svc`,
    `${name}.${namespace}`,
    `${name}.${namespace}.svc.cluster.local`,
  ];
}

function invalid(message: string): GatewrightError {
  return new GatewrightError("GW_CONFIG_INVALID", message);
}
