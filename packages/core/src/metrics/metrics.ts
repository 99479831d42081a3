import type { Metric } from "prom-client";
import type { Outcome } from "../outcome.ts";
import type { MetricFamily } from "../plugin-metrics.ts";
import type { Phase } from "../webhook-endpoint.ts";
import { createCounters, createTimers, type Family, type Timer } from "./tally.ts";

/** What the server counts. Labels are bounded: no object, user or namespace is named in any. */
export interface Metrics {
  /** A recorder for one phase of one webhook. */
  reviews(webhook: string, phase: Phase): ReviewRecorder;
  /** A recorder for one plugin in one webhook. */
  plugin(webhook: string, plugin: string): PluginRecorder;
  /** A call that was answered with 4xx: it was no review. */
  badRequest(status: number): void;
  /** When the certificate that is being served runs out. */
  certificateExpires(at: Date): void;
  certificateReloadFailed(): void;
  tlsHandshakeFailed(): void;
  /** The text that Prometheus scrapes, with what plugins count by themselves, and its content type. */
  exposition(ofPlugins?: readonly MetricFamily[]): Promise<{ contentType: string; text: string }>;
}

/** Counts what comes of reviews. */
export interface ReviewRecorder {
  ended(outcome: Pick<Outcome, "kind" | "patch">, milliseconds: number): void;
}

/** Counts what one plugin does. */
export interface PluginRecorder {
  readonly time: Timer;
  fault(code: string): void;
  lateVerb(): void;
  unenforced(kind: string, enforcement: string): void;
}

/** A set of counters of its own: two servers in one process do not mix theirs. */
export function createMetrics(): Metrics {
  const families: Family[] = [];
  const counter = (name: string, help: string, type: "counter" | "gauge" = "counter") => {
    const made = createCounters(`gatewright_${name}`, type, help);
    families.push(made);
    return made;
  };
  const timers = (name: string, help: string) => {
    const made = createTimers(`gatewright_${name}`, help);
    families.push(made);
    return made;
  };
  const reviews = counter(
    "reviews_total",
    "Reviews answered, by verdict; fault is the lack of one",
  );
  const reviewTime = timers("review_duration_seconds", "From a decoded review to its verdict");
  const patches = counter("patches_total", "Reviews answered with a patch");
  const pluginTime = timers("plugin_duration_seconds", "A plugin's part in a review");
  const faults = counter("plugin_faults_total", "Reviews in which a plugin broke, by error code");
  const overruns = counter("deadline_overruns_total", "Reviews in which a plugin overran its time");
  const late = counter("late_verbs_total", "Verbs used after the plugin's review had ended");
  const unenforced = counter("unenforced_total", "What plugins in warn or audit would have done");
  const bad = counter("bad_requests_total", "Calls that were no review, by HTTP status");
  const expiry = counter(
    "certificate_expiry_timestamp_seconds",
    "When the serving certificate runs out, in Unix time",
    "gauge",
  );
  const reloads = counter(
    "certificate_reload_failures_total",
    "Certificates that were not taken up",
  );
  const handshakes = counter("tls_handshake_failures_total", "TLS handshakes that failed");
  // Made now, so that a failure that has not happened yet is a 0 and not a gap.
  const reloadFailures = reloads.cell({});
  const handshakeFailures = handshakes.cell({});
  return {
    reviews(webhook, phase) {
      const time = reviewTime.series({ webhook, phase });
      const verdicts = {
        allow: reviews.cell({ webhook, phase, verdict: "allow" }),
        deny: reviews.cell({ webhook, phase, verdict: "deny" }),
        fault: reviews.cell({ webhook, phase, verdict: "fault" }),
      };
      const patched = patches.cell({ webhook, phase });
      return {
        ended(outcome, milliseconds) {
          verdicts[outcome.kind].value++;
          if (outcome.patch.length > 0) patched.value++;
          time.observe(milliseconds);
        },
      };
    },
    plugin(webhook, plugin) {
      return {
        time: pluginTime.series({ webhook, plugin }),
        fault(code) {
          faults.cell({ webhook, plugin, code }).value++;
          if (code === "GW_PLUGIN_TIMEOUT") overruns.cell({ webhook, plugin }).value++;
        },
        lateVerb() {
          late.cell({ webhook, plugin }).value++;
        },
        unenforced(kind, enforcement) {
          unenforced.cell({ webhook, plugin, kind, enforcement }).value++;
        },
      };
    },
    badRequest(status) {
      bad.cell({ status }).value++;
    },
    certificateExpires(at) {
      expiry.cell({}).value = at.getTime() / 1000;
    },
    certificateReloadFailed() {
      reloadFailures.value++;
    },
    tlsHandshakeFailed() {
      handshakeFailures.value++;
    },
    exposition: (ofPlugins = []) => {
      const theirs = ofPlugins.map(({ samples, ...family }) => ({
        ...family,
        samples: () => samples.map((sample) => ({ ...sample, metricName: family.name })),
      }));
      return expose([...families, ...theirs]);
    },
  };
}

async function expose(families: readonly Family[]): Promise<{ contentType: string; text: string }> {
  // Loaded at the first scrape: no review needs it, and a start is faster without.
  const { Registry } = await import("prom-client");
  const registry = new Registry();
  for (const { name, help, type, samples } of families) {
    // What prom-client's own metrics are to its registry: a name, and `get` for the numbers.
    const metric = { name, get: async () => ({ name, help, type, values: samples() }) };
    registry.registerMetric(metric as unknown as Metric);
  }
  return { contentType: registry.contentType, text: await registry.metrics() };
}
