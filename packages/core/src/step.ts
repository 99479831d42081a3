import type { AdmissionRequest } from "./admission.ts";
import { type Findings, type LateVerbs, StepContext } from "./context.ts";
import { type ErrorCode, GatewrightError } from "./errors.ts";
import type { LoadedHook, LoadedPlugin } from "./loaded-plugin.ts";
import type { Fault } from "./outcome.ts";

/** Sees what happens to plugins in reviews; metrics and the log are fed from it. */
export interface StepObserver extends LateVerbs {
  /** A plugin's handler ended, or was given up on, after `milliseconds`. */
  stepEnded(plugin: LoadedPlugin, milliseconds: number): void;
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
  const started = performance.now();
  const left = deadline - started;
  // Where a neighbour took all the time there was, a handler is asked all the same: what it says at
  // once is known, and a denial must not be lost because somebody else was slow.
  const allowed = Math.max(0, Math.min(plugin.timeoutMs, left, LONGEST_TIMER_MS));
  const context = new StepContext(plugin, hook, request, observer, started + allowed);
  const end = (ending?: Fault): StepResult => {
    context.end(ending?.code === "GW_PLUGIN_TIMEOUT" ? (ending.cause as Error) : undefined);
    observer.stepEnded(plugin, performance.now() - started);
    const { findings } = context;
    // A verb that was refused did not say what it was to say: to catch its error makes no verdict.
    const misused = ending === undefined && findings.misused !== undefined;
    return { plugin, findings, fault: misused ? thrown(plugin, findings.misused) : ending };
  };
  let pending: void | Promise<void>;
  let isPending: boolean;
  try {
    pending = hook.handle(view, context);
    isPending = isThenable(pending);
  } catch (error) {
    return end(thrown(plugin, error));
  }
  if (!isPending) {
    // A handler that held the event loop past its time is judged as one that waited past it.
    const overran = left > 0 && performance.now() - started > allowed;
    return end(overran ? overrun(plugin, allowed) : undefined);
  }
  return new Promise((resolve) => {
    let settled = false;
    let timer: NodeJS.Timeout | undefined;
    armSoon(() => {
      if (settled) return;
      timer = setTimeout(
        () => {
          settled = true;
          resolve(end(overrun(plugin, allowed)));
        },
        Math.max(0, started + allowed - performance.now()),
      );
    });
    const settle = (fault?: Fault) => {
      settled = true;
      clearTimeout(timer);
      resolve(end(fault));
    };
    const fail = (error: unknown) => {
      if (!settled) settle(thrown(plugin, error));
      else if (!isLateVerb(error)) observer.lateError(plugin, error, request);
    };
    try {
      Promise.resolve(pending).then(() => settled || settle(), fail);
    } catch (error) {
      // Thrown by a promise of the plugin's own making.
      fail(error);
    }
  });
}

const unarmed: (() => void)[] = [];

/**
 * Calls `arm` once all that is done already has been heard of: most handlers that wait do so for what is in a cache, and
 * a timer that is set and cleared for nothing takes longer than they do.
 */
function armSoon(arm: () => void): void {
  if (unarmed.push(arm) === 1) setImmediate(armAll);
}

function armAll(): void {
  for (const arm of unarmed.splice(0)) arm();
}

/** The longest that Node's timers take: what is longer would go off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Its verb was observed when it was used. */
function isLateVerb(error: unknown): boolean {
  return isOurs(error) && error.code === "GW_LATE_VERB";
}

function isThenable(value: unknown): value is PromiseLike<void> {
  return typeof value === "object" && value !== null && "then" in value;
}

/** The fault of a handler that threw. */
export function thrown(plugin: LoadedPlugin, cause: unknown): Fault {
  // Only what a review can raise: a code is a label of the metrics, and part of the answer.
  const own = isOurs(cause) && REVIEW_CODES.has(cause.code);
  return { plugin: plugin.name, code: own ? cause.code : "GW_PLUGIN_FAULT", cause };
}

/** `instanceof` throws, too, for a revoked Proxy, and that is as good a thing to throw as any. */
function isOurs(error: unknown): error is GatewrightError {
  try {
    return error instanceof GatewrightError;
  } catch {
    return false;
  }
}

const REVIEW_CODES: ReadonlySet<string> = new Set<ErrorCode>([
  "GW_PATCH_NOT_JSON",
  "GW_PATCH_INEXACT",
  "GW_READ_ONLY",
  "GW_LATE_VERB",
  "GW_BAD_VERB",
  "GW_BAD_METRIC",
  "GW_CLUSTER",
  "GW_UNDECLARED_ACCESS",
  "GW_DRY_RUN_WRITE",
]);

function overrun(plugin: LoadedPlugin, allowedMs: number): Fault {
  const cause = new GatewrightError(
    "GW_PLUGIN_TIMEOUT",
    allowedMs === 0
      ? `plugin "${plugin.name}" wanted to wait, but the review's deadline had passed`
      : `plugin "${plugin.name}" overran its ${Math.round(allowedMs)} ms`,
  );
  return { plugin: plugin.name, code: "GW_PLUGIN_TIMEOUT", cause };
}
