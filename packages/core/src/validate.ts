import type { AdmissionRequest } from "./admission.ts";
import type { LoadedHook, LoadedPlugin } from "./loaded-plugin.ts";
import { readOnly, viewOf } from "./read-only.ts";
import { runStep, type StepObserver, type StepResult } from "./step.ts";
import { asTaken } from "./trial.ts";

/**
 * Runs every validator, side by side, and waits for all: no denial hides another, and none is lost
 * because a neighbour broke. Results come in the plugins' order.
 */
export function validate(
  plugins: readonly LoadedPlugin[],
  request: AdmissionRequest,
  deadline: number,
  observer: StepObserver,
): readonly StepResult[] | Promise<readonly StepResult[]> {
  const object = readOnly(request.object);
  const view = viewOf(request, object);
  const running = plugins.map((plugin) => {
    const taken = asTaken(plugin, request);
    const seen = taken === request ? view : viewOf(taken, object);
    return runStep(plugin, plugin.validate as LoadedHook, taken, seen, deadline, observer);
  });
  // Where none waits, neither does the review.
  return running.every(isDone) ? running : allOf(running);
}

function isDone(step: StepResult | Promise<StepResult>): step is StepResult {
  return !(step instanceof Promise);
}

/** All of them are under way, and none rejects. */
async function allOf(
  running: readonly (StepResult | Promise<StepResult>)[],
): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const step of running) results.push(step instanceof Promise ? await step : step);
  return results;
}
