import type { PluginMetrics } from "@gatewright/core";

/** Why a request was refused. */
export type Refusal = "not-ready" | "kept" | "built-in" | "rule";

/** What the plugin counts. */
export interface QuotaMetrics {
  /** A namespace that a rule is for, and whether everything that the rule counts is counted. */
  kept(namespace: string, isReady: boolean): void;
  /** A namespace that is gone, or that no rule is for. */
  left(namespace: string): void;
  refused(reason: Refusal): void;
}

/** Declares them. Namespaces are counted by the replica that keeps their quotas: elsewhere there are none. */
export function createQuotaMetrics({ counter, gauge }: PluginMetrics): QuotaMetrics {
  const all = gauge({
    name: "namespaces",
    help: "Namespaces whose quota this server keeps",
  });
  const notReady = gauge({
    name: "namespaces_not_ready",
    help: "Namespaces whose quota is not in effect yet, so that nothing counted is let in",
  });
  const refusals = counter({
    name: "refused_total",
    help: "Refused requests, by reason; dry runs too",
    labelNames: ["reason"],
  });
  const namespaces = new Map<string, boolean>();
  let ready = 0;
  const set = () => {
    all.set(namespaces.size);
    notReady.set(namespaces.size - ready);
  };
  const forget = (namespace: string) => {
    if (namespaces.get(namespace) === true) ready--;
    namespaces.delete(namespace);
  };
  return {
    kept(namespace, isReady) {
      forget(namespace);
      namespaces.set(namespace, isReady);
      if (isReady) ready++;
      set();
    },
    left(namespace) {
      if (!namespaces.has(namespace)) return;
      forget(namespace);
      set();
    },
    refused: (reason) => refusals.add({ reason }),
  };
}
