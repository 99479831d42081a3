import { didYouMean } from "./did-you-mean.ts";

/** A metric's declaration that holds what its types say. */
export interface CheckedMetric {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

const KEYS = ["name", "help", "labelNames"];
const NAME = /^[a-z][a-z0-9_]*$/;
// Two underscores in front are Prometheus' own.
const LABEL = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Families of the server itself, without `gatewright_`: a plugin called `plugin` must not spoil the
 * scrape with a `faults_total` of its own.
 */
const OF_THE_SERVER: ReadonlySet<string> = new Set([
  "reviews_total",
  "review_duration_seconds",
  "patches_total",
  "plugin_duration_seconds",
  "plugin_faults_total",
  "deadline_overruns_total",
  "late_verbs_total",
  "unenforced_total",
  "bad_requests_total",
  "certificate_expiry_timestamp_seconds",
  "certificate_reload_failures_total",
  "certificate_days_left",
  "certificate_cas",
  "certificate_unverified_webhooks",
  "retired_reviews_total",
  "tls_handshake_failures_total",
  "cluster_cache_synced",
  "cluster_cache_stale",
  "cluster_cache_objects",
  "cluster_cache_lists_total",
  "cluster_calls_total",
  "reconcile_total",
  "reconcile_seconds_total",
  "reconcile_active",
  "reconcile_queue_depth",
  "reconcile_leader",
]);

/** Whether the server has a family of this full name, or a histogram that ends like it. */
export function isOfTheServer(fullName: string): boolean {
  const name = fullName.replace(/^gatewright_/, "");
  return OF_THE_SERVER.has(name) || OF_THE_SERVER.has(name.replace(/_(?:bucket|sum|count)$/, ""));
}

/** The declaration, or what is wrong with it. Not all plugins are held to the types. */
export function checkMetric(declaration: unknown): CheckedMetric | string {
  if (typeof declaration !== "object" || declaration === null) {
    return "a metric is declared by { name, help, labelNames }";
  }
  const { name, help, labelNames = [] } = declaration as Record<string, unknown>;
  if (typeof name !== "string" || !NAME.test(name)) {
    return 'a metric\'s name is lower-case snake case, such as "calls_total"';
  }
  const unknown = Object.keys(declaration).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    return `unknown key "${unknown}"${didYouMean(unknown, KEYS)}; known are ${KEYS.join(", ")}`;
  }
  if (typeof help !== "string" || help.trim() === "") return "help is missing: say what it counts";
  if (!Array.isArray(labelNames)) return "labelNames must be a list of names";
  const names: string[] = [];
  for (const label of labelNames as unknown[]) {
    if (typeof label !== "string" || !LABEL.test(label)) {
      return `label ${JSON.stringify(label)} cannot be used: a label is [a-zA-Z_][a-zA-Z0-9_]*, without two underscores in front`;
    }
    if (label === "webhook")
      return 'label "webhook" is the server\'s own: it is added to every series';
    if (names.includes(label)) return `label "${label}" is there twice`;
    names.push(label);
  }
  return { name, help, labelNames: names };
}
