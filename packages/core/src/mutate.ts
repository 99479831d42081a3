import type { AdmissionRequest } from "./admission.ts";
import { openDraft } from "./draft.ts";
import { GatewrightError } from "./errors.ts";
import type { NumberSource } from "./exact-numbers.ts";
import type { LoadedHook, LoadedPlugin } from "./loaded-plugin.ts";
import { type PatchOperation, patchBetween } from "./patch.ts";
import { readOnly } from "./read-only.ts";
import { runStep, type StepObserver, type StepResult, thrown } from "./step.ts";

/** What the mutators of one review did, before it is made an outcome. */
export interface Mutation {
  readonly results: readonly StepResult[];
  readonly patch: readonly PatchOperation[];
  /** What mutators that are not enforced would have changed, by plugin. */
  readonly unenforced: ReadonlyMap<LoadedPlugin, readonly PatchOperation[]>;
}

const UNCHANGED: readonly PatchOperation[] = Object.freeze([]);
const NOTHING_UNENFORCED: Mutation["unenforced"] = new Map();

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
  // Each enforced mutator that changed something, with the object before it and after it.
  const changes: { index: number; before: object; after: object }[] = [];
  let unenforced: Map<LoadedPlugin, readonly PatchOperation[]> | undefined;
  let current: AdmissionRequest["object"] = received;
  for (const plugin of plugins) {
    const draft = current === null ? undefined : openDraft(current);
    const view = requestWithDraft(request, draft?.draft ?? null);
    const running = runStep(plugin, plugin.mutate as LoadedHook, request, view, deadline, observer);
    const result = running instanceof Promise ? await running : running;
    results.push(result);
    if (draft === undefined || current === null || result.fault !== undefined) continue;
    try {
      const after = finish(draft.finish);
      if (after === current) continue;
      if (plugin.enforcement === "enforce") {
        changes.push({ index: results.length - 1, before: current, after });
        current = after;
      } else {
        unenforced ??= new Map();
        unenforced.set(plugin, patchBetween(current, after, source));
      }
    } catch (error) {
      results[results.length - 1] = { ...result, fault: thrown(plugin, error) };
    }
  }
  let patch = UNCHANGED;
  if (current !== null && received !== null && current !== received) {
    try {
      patch = patchBetween(received, current, source);
    } catch (error) {
      blame(error, changes, results, source);
    }
  }
  return { results, patch, unenforced: unenforced ?? NOTHING_UNENFORCED };
}

/** Only `object` can be changed; the rest of the request is what the API server said. */
function requestWithDraft(request: AdmissionRequest, draft: AdmissionRequest["object"]): unknown {
  return {
    ...request,
    userInfo: readOnly(request.userInfo),
    object: draft,
    oldObject: readOnly(request.oldObject),
    options: readOnly(request.options),
  };
}

function finish<T>(finishDraft: () => T): T {
  try {
    return finishDraft();
  } catch (error) {
    // The draft's library throws for what cannot be in a tree: cycles, and parts of dead drafts.
    throw new GatewrightError(
      "GW_PATCH_NOT_JSON",
      `the changed object is no tree: ${String(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** Finds whose change cannot be sent, by comparing each mutator's own; costs only when it failed. */
function blame(
  error: unknown,
  changes: readonly { index: number; before: object; after: object }[],
  results: StepResult[],
  source: NumberSource,
): void {
  const guilty = changes.find(({ before, after }) => {
    try {
      patchBetween(before, after, source);
      return false;
    } catch {
      return true;
    }
  });
  // Where each change alone could be sent, it is the last one that made the sum impossible.
  const { index } = guilty ?? (changes.at(-1) as { index: number });
  const result = results[index] as StepResult;
  results[index] = { ...result, fault: thrown(result.plugin, error) };
}
