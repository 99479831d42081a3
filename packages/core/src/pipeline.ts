import { inspect } from "node:util";
import type { AdmissionRequest } from "./admission.ts";
import { DEFAULT_TIMEOUT_MS } from "./deadline.ts";
import { GatewrightError } from "./errors.ts";
import type { NumberSource } from "./exact-numbers.ts";
import type { LeaderElectionOptions } from "./leader-election-options.ts";
import type { LoadedPlugin } from "./loaded-plugin.ts";
import { type Logger, silentLogger } from "./log.ts";
import { createMatcher } from "./match.ts";
import { createMetricRegistry, type MetricRegistry } from "./metric-registry.ts";
import { mutate } from "./mutate.ts";
import { ALLOWED, type Outcome } from "./outcome.ts";
import type { PolicyRule } from "./policy-rule.ts";
import { policyRules } from "./policy-rules.ts";
import type { MetricFamily } from "./plugin-metrics.ts";
import { createReadiness } from "./readiness.ts";
import { type ClusterSource, openCluster } from "./open-cluster.ts";
import { openReconciling } from "./open-reconciling.ts";
import type { StepObserver } from "./step.ts";
import { validate } from "./validate.ts";
import { verdictOf } from "./verdict.ts";
import { loadWebhooks, type WebhookOptions } from "./webhook.ts";
import { endpointsOf, type WebhookEndpoint } from "./webhook-endpoint.ts";

/** How one review is to be run. */
export interface ReviewOptions {
  /**
   * In milliseconds, from now.
   * @default 10000
   */
  timeoutMs?: number;
  /**
   * The text that the request was parsed from, for exact numbers.
   * @default the request as JSON, which has lost them already
   */
  source?: NumberSource;
}

/** Judges requests for one phase of one webhook. */
export interface Reviewer {
  readonly endpoint: WebhookEndpoint;
  /** Never rejects: what goes wrong in a plugin is a fault in the outcome. */
  review(request: AdmissionRequest, options?: ReviewOptions): Promise<Outcome>;
}

/** Webhooks with their plugins, from setup to close, with no socket. */
export interface Pipeline {
  /** By `endpoint.path`. */
  readonly reviewers: ReadonlyMap<string, Reviewer>;
  /** What RBAC is to let the server do: what the plugins declared in `reads` and `writes`. */
  readonly policyRules: readonly PolicyRule[];
  /**
   * Names of the plugins that are not ready, asked now; one that hangs is not, after 0.9 s. Of a plugin whose
   * `reads` are not up to date, with what it does not see: `quota (does not see v1/namespaces)`.
   */
  unready(): Promise<string[]>;
  /**
   * What the plugins count by themselves, and what is counted of the cluster, as it is now. A server shows it on
   * `/metrics`.
   */
  metrics(): MetricFamily[];
  /**
   * Reconciles everything, and what changes by that, until nothing is left to do: without a Lease, and for tests, in a
   * pipeline that was made with `reconcile: false`. What is to be seen again later is not waited for.
   *
   * @throws what a plugin's `reconcile.handle` throws, at once; Error where one goes on and on.
   */
  reconcile(): Promise<void>;
  /** Ends reconciling, and lets go of the Leases, so that another server takes over. Reviews go on. */
  stopReconciling(): Promise<void>;
  /** Ends reconciling. Closes plugins, once, in reverse order of start; an error of one is logged, and stops no other. */
  close(): Promise<void>;
}

/** What a pipeline is made of. */
export interface PipelineOptions {
  webhooks: Readonly<Record<string, WebhookOptions>>;
  /**
   * For plugins with `reads`, `writes` or `reconcile`: a connection, which is left open; or what makes one, which is called
   * only where a plugin needs it, and whose connection is closed after the plugins.
   *
   * @default none
   */
  cluster?: ClusterSource | undefined;
  /**
   * Whether plugins with `reconcile` do so by themselves, while this server holds their Leases.
   * @default true
   */
  reconcile?: boolean;
  /** Where those Leases are. */
  leaderElection?: LeaderElectionOptions | undefined;
  /** @default nothing is logged */
  log?: Logger;
  /** @default nobody watches */
  observer?: StepObserver;
}

const unobserved: StepObserver = { stepEnded() {}, lateVerb() {}, lateError() {} };

/**
 * Checks the configuration, connects the cluster, sets the plugins up in order, and gives what judges requests: the whole of
 * Gatewright but TLS and HTTP, for servers and for tests alike.
 *
 * @throws ConfigurationError before any plugin was set up.
 * @throws GatewrightError `GW_CLUSTER_CONFIG`; `GW_PLUGIN_SETUP`, after closing those that were.
 */
export async function createPipeline(options: PipelineOptions): Promise<Pipeline> {
  expectSupportedNode();
  const { log = silentLogger, observer = unobserved } = options;
  const webhooks = await loadWebhooks(options.webhooks, log);
  const plugins = webhooks.flatMap((webhook) => webhook.plugins);
  const metrics = createMetricRegistry();
  const cluster = await openCluster(webhooks, options.cluster, log);
  try {
    await setUp(plugins, metrics);
  } catch (error) {
    await cluster.close();
    throw error;
  }
  const reviewers = new Map<string, Reviewer>();
  for (const webhook of webhooks) {
    for (const endpoint of endpointsOf(webhook)) {
      const active = webhook.plugins.filter((plugin) => plugin[endpoint.phase] !== undefined);
      reviewers.set(endpoint.path, createReviewer(endpoint, active, observer));
    }
  }
  const reconciling = await openReconciling(plugins, cluster.behind, options);
  const close = async (): Promise<void> => {
    await reconciling.close();
    await closeAll(plugins);
    await cluster.close();
  };
  let closing: Promise<void> | undefined;
  return {
    reviewers,
    policyRules: policyRules(plugins),
    unready: createReadiness(plugins, cluster.staleReads),
    metrics: () => [...metrics.families(), ...cluster.metrics(), ...reconciling.metrics()],
    reconcile: reconciling.reconcile,
    stopReconciling: reconciling.close,
    close: () => (closing ??= close()),
  };
}

function createReviewer(
  endpoint: WebhookEndpoint,
  plugins: readonly LoadedPlugin[],
  observer: StepObserver,
): Reviewer {
  const { phase } = endpoint;
  const match = createMatcher(plugins, (plugin) => plugin[phase]?.rules ?? []);
  const nothingUnenforced = new Map<LoadedPlugin, never>();
  return {
    endpoint,
    async review(request, { timeoutMs = DEFAULT_TIMEOUT_MS, source } = {}) {
      const matched = match(request);
      if (matched.length === 0) return ALLOWED;
      const deadline = performance.now() + timeoutMs;
      if (phase === "validate") {
        const judged = validate(matched, request, deadline, observer);
        const results = judged instanceof Promise ? await judged : judged;
        return verdictOf({ results, patch: [], unenforced: nothingUnenforced });
      }
      const text = source ?? (() => JSON.stringify(request));
      return verdictOf(await mutate(matched, request, deadline, text, observer));
    },
  };
}

/** Older ones fail anywhere, at the first thing they lack, with words that lead nowhere. */
function expectSupportedNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return;
  const message = `Node ${process.versions.node} is too old: Gatewright needs 22.18 or newer`;
  throw new GatewrightError("GW_NODE_TOO_OLD", message);
}

async function setUp(plugins: readonly LoadedPlugin[], metrics: MetricRegistry): Promise<void> {
  for (const [index, plugin] of plugins.entries()) {
    const { name, config, log, definition } = plugin;
    try {
      plugin.state = await definition.setup?.({ config, log, metrics: metrics.of(plugin) });
    } catch (cause) {
      await closeAll(plugins.slice(0, index));
      const reason = cause instanceof Error ? cause.message : inspect(cause);
      const message = `plugin "${name}" could not be set up: ${reason}`;
      throw new GatewrightError("GW_PLUGIN_SETUP", message, { cause });
    }
  }
}

async function closeAll(plugins: readonly LoadedPlugin[]): Promise<void> {
  for (const plugin of plugins.toReversed()) {
    try {
      await plugin.definition.close?.(plugin.state);
    } catch (error) {
      plugin.log.error({ err: error }, "close() threw");
    }
  }
}
