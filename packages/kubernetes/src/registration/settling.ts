import type { KubernetesObject } from "@gatewright/core";

/** Waits until the network knows what became of a rollout. */
export interface Settling {
  /** What is waited for; undefined once the Deployment has been complete for long enough. */
  reason(complete: KubernetesObject | undefined): string | undefined;
  /** The Deployment is not complete, or is no more. */
  begin(): void;
}

/**
 * A Deployment is complete as soon as its newest pod is ready. By then, proxies on nodes still send connections to pods that
 * are ending, which do not know a webhook that is new; and after the first rollout none to anybody.
 */
export function createSettling(settleMs: number, now: () => number): Settling {
  let seen: { what: string; at: number } | undefined;
  return {
    reason(complete) {
      const { uid, generation } = complete?.metadata ?? {};
      const what = `${uid} ${generation}`;
      if (seen?.what !== what) seen = { what, at: now() };
      if (now() - seen.at >= settleMs) return undefined;
      return `every replica is ready, and for ${settleMs / 1_000} s proxies may not know of it`;
    },
    begin() {
      seen = undefined;
    },
  };
}
