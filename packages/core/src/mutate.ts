import type { AdmissionRequest } from "./admission.ts";
import { type Change, changeOf } from "./change.ts";
import { closeDraft, type Draft, openDraft } from "./draft.ts";
import { InexactPatch, type NumberSource } from "./exact-numbers.ts";
import type { LoadedHook, LoadedPlugin } from "./loaded-plugin.ts";
import { type PatchOperation, patchBetween } from "./patch.ts";
import { viewOf } from "./read-only.ts";
import { runStep, type StepObserver, type StepResult, thrown } from "./step.ts";
import { asTaken } from "./trial.ts";

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
  // Where the others come in: they see the object that they would have had.
  const waiting: { index: number; current: object | null }[] = [];
  let current: object | null = received;
  let behind = plugins.filter(({ enforcement }) => enforcement === "enforce").length;
  for (const [index, plugin] of plugins.entries()) {
    if (plugin.enforcement !== "enforce") {
      waiting.push({ index, current });
      continue;
    }
    behind--;
    // A tenth is kept for those behind: an overrun must not take their denials away.
    const now = performance.now();
    const until = behind > 0 ? now + (deadline - now) * 0.9 : deadline;
    const attempted = attempt(plugin, request, current, until, observer);
    // Most mutators wait for nothing, and neither does the review then.
    const { result, change } = attempted instanceof Promise ? await attempted : attempted;
    results[index] = result;
    if (change === undefined) continue;
    changes.push({ index, change });
    current = change.after;
  }
  const patch = received === null ? UNCHANGED : patchOf(received, changes, results, source);
  if (waiting.length === 0) return { results, patch, unenforced: NOTHING_UNENFORCED };
  const unenforced = new Map<LoadedPlugin, readonly PatchOperation[]>();
  // Last, and side by side: however long one takes, it takes from nobody.
  await Promise.all(
    waiting.map(async ({ index, current: before }) => {
      const plugin = plugins[index] as LoadedPlugin;
      const { result, change } = await attempt(plugin, request, before, deadline, observer);
      results[index] = result;
      if (change === undefined || before === null) return;
      try {
        unenforced.set(plugin, patchBetween(before, change, source));
      } catch (error) {
        results[index] = { ...result, fault: thrown(plugin, error) };
      }
    }),
  );
  return { results, patch, unenforced };
}

/** `change` is there where a mutator changed something that can be sent. */
interface Attempt {
  readonly result: StepResult;
  readonly change?: Change;
}

/** One mutator on a draft of its own. */
function attempt(
  plugin: LoadedPlugin,
  request: AdmissionRequest,
  current: object | null,
  deadline: number,
  observer: StepObserver,
): Attempt | Promise<Attempt> {
  const draft = current === null ? undefined : openDraft(current);
  const taken = asTaken(plugin, request);
  const view = viewOf(taken, draft?.draft ?? null);
  const running = runStep(plugin, plugin.mutate as LoadedHook, taken, view, deadline, observer);
  if (!(running instanceof Promise)) return concluded(running, draft);
  return running.then((result) => concluded(result, draft));
}

function concluded(result: StepResult, draft: Draft | undefined): Attempt {
  if (draft === undefined) return { result };
  if (result.fault !== undefined) {
    closeDraft(draft);
    return { result };
  }
  try {
    const change = changeOf(draft);
    return change.after === draft.root.base ? { result } : { result, change };
  } catch (error) {
    return { result: { ...result, fault: thrown(result.plugin, error) } };
  }
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
