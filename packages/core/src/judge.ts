import { inspect } from "node:util";
import type { AdmissionRequest } from "./admission.ts";
import type { Logger } from "./log.ts";
import type { LoadedPlugin } from "./loaded-plugin.ts";
import type { Metrics, PluginRecorder } from "./metrics/metrics.ts";
import { ALLOWED, type Fault, type Outcome } from "./outcome.ts";
import type { Reviewer } from "./pipeline.ts";
import type { MetricFamily } from "./plugin-metrics.ts";
import type { Judge } from "./routes.ts";
import type { AroundReview } from "./server-options.ts";
import type { StepObserver } from "./step.ts";

/** Who answers for webhooks that are registered and no longer configured. */
export interface RetiredJudge {
  of(path: string): Judge;
  metrics(): MetricFamily;
}

/** A reviewer whose work is counted and logged, and wrapped for tracing where that was asked for. */
export function createJudge(
  { endpoint, review }: Reviewer,
  metrics: Metrics,
  log: Logger,
  around: AroundReview | undefined,
): Judge {
  const recorder = metrics.reviews(endpoint.name, endpoint.phase);
  const plugins = new Map(
    endpoint.plugins.map((name) => [name, metrics.plugin(endpoint.name, name)]),
  );
  const lines = log.child({ webhook: endpoint.name, phase: endpoint.phase });
  return async (request, options) => {
    const started = performance.now();
    let outcome: Outcome;
    try {
      outcome =
        around === undefined
          ? await review(request, options)
          : await around({ endpoint, request }, () => review(request, options));
    } catch (error) {
      // Of `around`: a review does not reject.
      recorder.ended({ kind: "fault", patch: [] }, performance.now() - started);
      throw error;
    }
    const milliseconds = performance.now() - started;
    recorder.ended(outcome, milliseconds);
    for (const { plugin, code } of outcome.faults) plugins.get(plugin)?.fault(code);
    for (const { plugin, kind, enforcement, fault } of outcome.unenforced) {
      plugins.get(plugin)?.unenforced(kind, enforcement);
      if (fault !== undefined) plugins.get(plugin)?.fault(fault.code);
    }
    if (log.isLevelEnabled?.(levelOf(outcome)) ?? true) {
      logOutcome(lines, request, outcome, milliseconds);
    }
    return outcome;
  };
}

/** Allows what an earlier configuration's webhook is still called for: nobody judges it any more. */
export function createRetiredJudge(log: Logger): RetiredJudge {
  const calls = new Map<string, number>();
  return {
    of: (path) => async () => {
      const before = calls.get(path) ?? 0;
      calls.set(path, before + 1);
      if (before === 0) {
        log.warn(
          { path },
          "called, but not configured any more: allowed, until the registration changes",
        );
      }
      return ALLOWED;
    },
    metrics: () => ({
      name: "gatewright_retired_reviews_total",
      help: "Reviews of webhooks that are registered and no longer configured",
      type: "counter",
      samples: [...calls].map(([path, value]) => ({ labels: { path }, value })),
    }),
  };
}

/** Feeds what plugins do to the metrics, and what has no place in an answer to the log. */
export function createStepObserver(metrics: Metrics): StepObserver {
  const recorders = new WeakMap<LoadedPlugin, PluginRecorder>();
  const recorderOf = (plugin: LoadedPlugin): PluginRecorder => {
    let recorder = recorders.get(plugin);
    if (recorder === undefined) {
      recorder = metrics.plugin(plugin.webhook, plugin.name);
      recorders.set(plugin, recorder);
    }
    return recorder;
  };
  return {
    stepEnded(plugin, milliseconds) {
      recorderOf(plugin).time.observe(milliseconds);
    },
    lateVerb(plugin, verb, { uid }) {
      recorderOf(plugin).lateVerb();
      plugin.log.error({ uid, verb, code: "GW_LATE_VERB" }, "verb used after the review had ended");
    },
    lateError(plugin, err, { uid }) {
      plugin.log.error({ uid, err }, "handler threw after it had been given up on");
    },
  };
}

/** A denial or a fault is one line; what was admitted shows at debug alone. */
function levelOf({ kind, unenforced }: Outcome): "debug" | "info" | "error" {
  if (kind === "fault") return "error";
  return kind === "deny" || unenforced.length > 0 ? "info" : "debug";
}

function logOutcome(
  log: Logger,
  request: AdmissionRequest,
  outcome: Outcome,
  milliseconds: number,
): void {
  const { resource, subResource, name, namespace, operation, uid, userInfo, dryRun } = request;
  const fields = {
    uid,
    user: userInfo.username,
    operation,
    resource: [resource.group, resource.version, resource.resource, subResource]
      .filter((part) => part !== undefined && part !== "")
      .join("/"),
    namespace,
    name: name || request.oldObject?.metadata?.name || request.object?.metadata?.generateName,
    dryRun: dryRun === true ? true : undefined,
    ms: Math.round(milliseconds * 100) / 100,
  };
  const told = outcome.unenforced.map(({ fault, ...one }) =>
    fault === undefined ? one : { ...one, ...lineOf(fault) },
  );
  const unenforced = told.length > 0 ? told : undefined;
  const denials = outcome.denials.map(({ plugin, message, field }) => ({ plugin, message, field }));
  const faults = outcome.faults.map(lineOf);
  const said = outcome.kind === "allow" ? told : [...denials, ...faults];
  const plugins = [...new Set(said.map(({ plugin }) => plugin))].join(",");
  if (outcome.kind === "deny") {
    const broken = faults.length > 0 ? { faults } : {};
    log.info({ ...fields, plugin: plugins, denials, ...broken, unenforced }, "denied");
  } else if (outcome.kind === "fault") {
    log.error({ ...fields, plugin: plugins, faults, unenforced }, "fault");
  } else if (unenforced !== undefined) {
    log.info({ ...fields, plugin: plugins, unenforced }, "allowed, not enforced");
  } else {
    log.debug({ ...fields, patched: outcome.patch.length }, "allowed");
  }
}

/** The cause is for whoever runs the server: the caller was told the plugin's name alone. */
function lineOf({ plugin, code, cause }: Fault): { plugin: string; code: string; cause: string } {
  return { plugin, code, cause: textOf(cause) };
}

/** Of whatever a plugin throws, which need not be an error, nor have a text of its own. */
function textOf(cause: unknown): string {
  try {
    if (cause instanceof Error) {
      const { stack = String(cause), cause: deeper } = cause;
      return deeper === undefined ? stack : `${stack}\ncaused by ${textOf(deeper)}`;
    }
    // Anything else may be a part of the object, which may be a Secret.
    const isPart = typeof cause === "function" || (typeof cause === "object" && cause !== null);
    if (isPart) return "a value that is no Error";
    return typeof cause === "string" ? cause : inspect(cause);
  } catch {
    return "an error that cannot be shown";
  }
}
