import type { AdmissionRequest } from "./admission.ts";
import { type Change, changeOf } from "./change.ts";
import { closeDraft, openDraft } from "./draft.ts";
import { InexactPatch, type NumberSource } from "./exact-numbers.ts";
import type { LoadedHook, LoadedPlugin } from "./loaded-plugin.ts";
import { type PatchOperation, patchBetween } from "./patch.ts";
import { runStep, type StepObserver, type StepResult, thrown, viewOf } from "./step.ts";

/** What the mutators of one review did, before it is made an outcome. */
export interface Mutation {
  readonly results: readonly StepResult[];
  readonly patch: readonly PatchOperation[];
  /** What mutators that are not enforced would have changed, by plugin. */
  readonly unenforced: ReadonlyMap<LoadedPlugin, readonly PatchOperation[]>;
}

const UNCHANGED: readonly PatchOperation[] = Object.freeze([]);
const NOTHING_UNENFORCED: Mutation["unenforced"] = new Map();

/** What an enforced mutator changed, and which of the results is its own. */
interface Enforced {
  readonly index: number;
  readonly change: Change;
}

/**
 * Runs mutators one after another, each on what the one before left, and compares once at the end
 * against exactly what was received. A mutator that throws, overruns or leaves what JSON does not have
 * is as if it had not run; those behind it run all the same, for their denials.
 */
export async function mutate(
  plugins: readonly LoadedPlugin[],
  request: AdmissionRequest,
  deadline: number,
  source: NumberSource,
  observer: StepObserver,
): Promise<Mutation> {
  const received = request.object;
  const results: StepResult[] = [];
  const changes: Enforced[] = [];
  let unenforced: Map<LoadedPlugin, readonly PatchOperation[]> | undefined;
  let current: object | null = received;
  for (const plugin of plugins) {
    const draft = current === null ? undefined : openDraft(current);
    const view = viewOf(request, draft?.draft ?? null);
    const running = runStep(plugin, plugin.mutate as LoadedHook, request, view, deadline, observer);
    const result = running instanceof Promise ? await running : running;
    results.push(result);
    if (draft === undefined || current === null) continue;
    if (result.fault !== undefined) {
      closeDraft(draft);
      continue;
    }
    try {
      const change = changeOf(draft);
      if (change.after === current) continue;
      if (plugin.enforcement === "enforce") {
        changes.push({ index: results.length - 1, change });
        current = change.after;
      } else {
        unenforced ??= new Map();
        unenforced.set(plugin, patchBetween(current, change, source));
      }
    } catch (error) {
      results[results.length - 1] = { ...result, fault: thrown(plugin, error) };
    }
  }
  const patch = received === null ? UNCHANGED : patchOf(received, changes, results, source);
  return { results, patch, unenforced: unenforced ?? NOTHING_UNENFORCED };
}

/** One patch for all changes. Where it cannot be sent, the fault is the mutator's that made it so. */
function patchOf(
  received: object,
  changes: readonly Enforced[],
  results: StepResult[],
  source: NumberSource,
): readonly PatchOperation[] {
  const last = changes.at(-1);
  if (last === undefined) return UNCHANGED;
  const { after } = last.change;
  const written =
    changes.length === 1
      ? last.change.written
      : new Set(changes.flatMap(({ change }) => [...change.written]));
  try {
    return patchBetween(received, { after, written }, source);
  } catch (error) {
    const guilty = changes.findLast(
      ({ change }) => error instanceof InexactPatch && change.written.has(error.number),
    );
    const { index } = guilty ?? last;
    const result = results[index] as StepResult;
    results[index] = { ...result, fault: thrown(result.plugin, error) };
    return UNCHANGED;
  }
}
