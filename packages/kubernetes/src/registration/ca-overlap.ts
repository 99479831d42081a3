import { X509Certificate } from "node:crypto";
import type { LiveConfiguration } from "./differences.ts";
import { callsClient } from "./registered-paths.ts";
import type { WebhookClient } from "./webhook-configurations.ts";

/** How long callers go on to trust the CA of another replica, after the last rollout: what a kubelet takes to change files, and more. */
export const OVERLAP_MS = 600_000;

/**
 * On a configuration, by a replica that added its CA: fingerprints of the CAs that have been trusted together since. What else is
 * there beside the server's own, its source has done with.
 */
export const OVERLAP_ANNOTATION = "gatewright.dev/ca-overlap";

/** Which CAs are registered beside the server's own, and for how long. */
export interface CaOverlap {
  /**
   * PEM of what is to be registered now: `own`, and the CAs of other replicas that are registered.
   *
   * @param isRolledOut - asked only where there are such: as long as it is false, none of them is dropped
   */
  bundle(
    own: string,
    live: readonly (LiveConfiguration | undefined)[],
    isRolledOut: () => Promise<boolean>,
  ): Promise<string>;
  /** With `own` in it, something was registered. */
  registered(own: string): void;
}

/**
 * A replica whose CA is another (of a rollout to another source of certificates, or whose files changed a minute before the
 * others') is called as well. So a CA that replicas have added, or that is there instead of the server's own, stays beside the server's own until the rollout has been complete for
 * `overlapMs`, or it has run out.
 *
 * A CA that the server's own bundle had beside another, and has no more, goes at once: whoever made the bundle has waited.
 */
export function createCaOverlap(
  client: WebhookClient,
  overlapMs: number,
  now: () => number,
): CaOverlap {
  /** Since when, by PEM. */
  let others = new Map<string, number>();
  /** They are registered, and are to go. */
  const ended = new Set<string>();
  let before = new Set<string>();
  let registeredAs = "";

  const ownChanges = (own: ReadonlySet<string>): void => {
    const dropped = [...before].filter((ca) => !own.has(ca));
    const isOverlapped = [...before].some((ca) => own.has(ca));
    for (const ca of dropped) {
      if (isOverlapped) ended.add(ca);
      else others.set(ca, now());
    }
    for (const ca of own) {
      others.delete(ca);
      ended.delete(ca);
    }
    before = new Set(own);
  };
  const lookAt = (
    own: ReadonlySet<string>,
    live: readonly string[],
    added: ReadonlySet<string>,
  ): void => {
    const entries = live.map(casIn);
    const there = new Set(entries.flat());
    for (const ca of ended) if (!there.has(ca)) ended.delete(ca);
    // Replicas add theirs. Who takes one away that this server had registered is none of them.
    const isOurs = (cas: readonly string[]) =>
      registeredAs !== keyOf(own) || [...own].every((ca) => cas.includes(ca));
    if (entries.length === 0 || !entries.every(isOurs)) return;
    const isInstead = (ca: string) =>
      entries.some((cas) => cas.includes(ca) && ![...own].every((one) => cas.includes(one)));
    const found = [...there]
      .filter((ca) => !own.has(ca) && !ended.has(ca))
      .filter((ca) => others.has(ca) || added.has(fingerprintOf(ca)) || isInstead(ca));
    others = new Map(found.map((ca) => [ca, others.get(ca) ?? now()]));
  };

  return {
    async bundle(own, live, isRolledOut) {
      const owned = new Set(casIn(own));
      ownChanges(owned);
      const entries = live
        .flatMap((one) => one?.webhooks ?? [])
        .filter((webhook) => callsClient(webhook, client));
      const pems = entries.map(({ clientConfig }) => decoded(clientConfig?.caBundle));
      const added = live.flatMap(
        (one) => one?.metadata?.annotations?.[OVERLAP_ANNOTATION]?.split(",") ?? [],
      );
      lookAt(owned, pems, new Set(added));
      if (others.size === 0) return own;
      const isComplete = await isRolledOut();
      for (const [ca, since] of others) {
        if (!isComplete) others.set(ca, now());
        else if (now() - since >= overlapMs) {
          others.delete(ca);
          ended.add(ca);
        }
      }
      const kept = [...others.keys()].filter((ca) => !hasRunOut(ca));
      return kept.length === 0 ? own : `${own.trimEnd()}\n${kept.join("")}`;
    },
    registered(own) {
      registeredAs = keyOf(new Set(casIn(own)));
    },
  };
}

/** Every CA of a PEM that can be read, each written alike. What is damaged nobody can trust. */
export function casIn(pem: string): string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block).toString()];
    } catch {
      return [];
    }
  });
}

/** PEM of a `caBundle`. */
export function decoded(caBundle: string | undefined): string {
  return Buffer.from(caBundle ?? "", "base64").toString();
}

export function fingerprintOf(ca: string): string {
  return new X509Certificate(ca).fingerprint256.replaceAll(":", "");
}

function hasRunOut(ca: string): boolean {
  return Number(new X509Certificate(ca).validToDate) < Date.now();
}

function keyOf(cas: ReadonlySet<string>): string {
  return [...cas].toSorted().join("");
}
