import type { AdmissionRequest } from "./admission.ts";
import { type Findings, type LateVerbs, StepContext } from "./context.ts";
import { GatewrightError } from "./errors.ts";
import type { LoadedHook, LoadedPlugin } from "./loaded-plugin.ts";
import type { Fault } from "./outcome.ts";

/** Sees what happens to plugins in reviews; metrics and the log are fed from it. */
export interface StepObserver extends LateVerbs {
  /** A plugin's part in a review ended, after `milliseconds`. */
  stepEnded(plugin: LoadedPlugin, milliseconds: number, fault: Fault | undefined): void;
  /** A handler that had already been given up on threw. */
  lateError(plugin: LoadedPlugin, error: unknown, request: AdmissionRequest): void;
}

/** What one plugin's part in a review came to. */
export interface StepResult {
  readonly plugin: LoadedPlugin;
  readonly findings: Findings;
  readonly fault: Fault | undefined;
}

/**
 * Runs one plugin's handler, until `deadline` (on `performance.now()`'s clock) or its own timeout.
 * Never throws: what a handler throws is a fault. A handler that returns no promise is answered
 * without one.
 */
export function runStep(
  plugin: LoadedPlugin,
  hook: LoadedHook,
  request: AdmissionRequest,
  view: unknown,
  deadline: number,
  observer: StepObserver,
): StepResult | Promise<StepResult> {
  const context = new StepContext(plugin, request, observer);
  const started = performance.now();
  const end = (fault: Fault | undefined, aborted?: Error): StepResult => {
    context.end(aborted);
    observer.stepEnded(plugin, performance.now() - started, fault);
    return { plugin, findings: context.findings, fault };
  };
  const allowed = Math.min(plugin.timeoutMs, deadline - started);
  if (allowed <= 0) return end(overrun(plugin, 0));
  let pending: void | Promise<void>;
  try {
    pending = hook.handle(view, context);
  } catch (error) {
    return end(thrown(plugin, error));
  }
  if (!isThenable(pending)) {
    // A handler that held the event loop past its time is judged as one that waited past it.
    return end(performance.now() - started > allowed ? overrun(plugin, allowed) : undefined);
  }
  return new Promise((resolve) => {
    let settled = false;
    const timer = setTimeout(() => {
      settled = true;
      const fault = overrun(plugin, allowed);
      resolve(end(fault, fault.cause as Error));
    }, allowed);
    const settle = (fault: Fault | undefined) => {
      settled = true;
      clearTimeout(timer);
      resolve(end(fault));
    };
    Promise.resolve(pending).then(
      () => settled || settle(undefined),
      (error: unknown) => {
        if (settled) observer.lateError(plugin, error, request);
        else settle(thrown(plugin, error));
      },
    );
  });
}

function isThenable(value: unknown): value is PromiseLike<void> {
  return typeof value === "object" && value !== null && "then" in value;
}

/** The fault of a handler that threw. */
export function thrown(plugin: LoadedPlugin, cause: unknown): Fault {
  const code = cause instanceof GatewrightError ? cause.code : "GW_PLUGIN_FAULT";
  return { plugin: plugin.name, code, cause };
}

function overrun(plugin: LoadedPlugin, allowedMs: number): Fault {
  const cause = new GatewrightError(
    "GW_PLUGIN_TIMEOUT",
    allowedMs === 0
      ? `plugin "${plugin.name}" was not asked: the review's deadline had passed`
      : `plugin "${plugin.name}" overran its ${Math.round(allowedMs)} ms`,
  );
  return { plugin: plugin.name, code: "GW_PLUGIN_TIMEOUT", cause };
}
