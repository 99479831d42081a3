import type { PluginMetrics } from "@gatewright/core";

/** Why a request was refused. */
export type Refusal = "not-ready" | "kept" | "built-in" | "rule";

/** What the plugin counts. A `term` aborts when another replica takes over: then the namespaces are that one's. */
export interface QuotaMetrics {
  /** A namespace that a rule is for, and whether everything that the rule counts is counted. */
  kept(namespace: string, isReady: boolean, term: AbortSignal): void;
  /** A namespace that is gone, or that no rule is for. */
  left(namespace: string, term: AbortSignal): void;
  refused(reason: Refusal): void;
}

/** Declares them. Namespaces are counted by the replica that keeps their quotas; elsewhere those gauges are not there. */
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
  let current: AbortSignal | undefined;
  /** @returns whether the term goes on: what is said after its end would not be taken away again */
  const isOn = (term: AbortSignal) => {
    if (term.aborted) return false;
    if (term === current) return true;
    current = term;
    namespaces.clear();
    ready = 0;
    const end = () => {
      if (term !== current) return;
      all.remove();
      notReady.remove();
    };
    term.addEventListener("abort", end, { once: true });
    return true;
  };
  const set = () => {
    all.set(namespaces.size);
    notReady.set(namespaces.size - ready);
  };
  const forget = (namespace: string) => {
    if (namespaces.get(namespace) === true) ready--;
    namespaces.delete(namespace);
  };
  return {
    kept(namespace, isReady, term) {
      if (!isOn(term)) return;
      forget(namespace);
      namespaces.set(namespace, isReady);
      if (isReady) ready++;
      set();
    },
    left(namespace, term) {
      if (!isOn(term)) return;
      forget(namespace);
      set();
    },
    refused: (reason) => refusals.add({ reason }),
  };
}
