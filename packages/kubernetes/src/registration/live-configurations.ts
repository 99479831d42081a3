import { setTimeout as delay } from "node:timers/promises";
import type { ClusterConnection, Logger, Phase } from "@gatewright/core";
import type { LiveConfiguration } from "./differences.ts";

/** The two configurations of one name, as the API server last told of them. */
export interface LiveConfigurations {
  /** Undefined where there is none. */
  get(phase: Phase): LiveConfiguration | undefined;
  /** Whether both have been looked for. */
  isSynced(): boolean;
  /** Resolves once they have; never where it is closed before. */
  readonly synced: Promise<void>;
  close(): Promise<void>;
}

/** Resources of both kinds, by the phase that they are for. */
export const CONFIGURATIONS: Readonly<Record<Phase, string>> = {
  mutate: "admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
  validate: "admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
};

const FIRST_BACKOFF_MS = 250;
const LAST_BACKOFF_MS = 5_000;
const LIST_MS = 10_000;

/**
 * Follows the configurations of one name by lists and watches. A watch that ends, as each does within minutes, is
 * followed by a list: nothing is missed for longer than that.
 *
 * @param changed - called when one of them is another than before
 */
export function followConfigurations(
  connection: Pick<ClusterConnection, "list" | "watch">,
  name: string,
  changed: () => void,
  log: Logger,
): LiveConfigurations {
  const closing = new AbortController();
  const { signal } = closing;
  const live = new Map<Phase, LiveConfiguration>();
  const seen = new Set<Phase>();
  const first = Promise.withResolvers<void>();

  const put = (phase: Phase, object: LiveConfiguration | undefined): void => {
    const before = live.get(phase)?.metadata?.resourceVersion;
    if (object === undefined) live.delete(phase);
    else live.set(phase, object);
    const isNew = !seen.has(phase);
    seen.add(phase);
    if (seen.size === 2) first.resolve();
    if (isNew || before !== object?.metadata?.resourceVersion) changed();
  };
  const followOnce = async (phase: Phase, heard: () => void): Promise<void> => {
    const resource = CONFIGURATIONS[phase];
    const all = await connection.list(resource, { signal, timeoutMs: LIST_MS });
    put(
      phase,
      all.items.find(({ metadata }) => metadata?.name === name),
    );
    heard();
    const events = await connection.watch(resource, {
      resourceVersion: all.resourceVersion,
      timeoutSeconds: Math.floor(240 * (1 + Math.random() / 4)),
      signal,
    });
    for await (const { type, object } of events) {
      if (type === "BOOKMARK" || object.metadata?.name !== name) continue;
      put(phase, type === "DELETED" ? undefined : object);
    }
  };
  const follow = async (phase: Phase): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await followOnce(phase, () => {
          failures = 0;
        });
        // A watch that ends as soon as it begins is no reason to ask without a pause.
        await pause(FIRST_BACKOFF_MS, signal);
      } catch (err) {
        if (signal.aborted) return;
        const level = failures === 0 ? "warn" : "debug";
        log[level](
          { resource: CONFIGURATIONS[phase], err },
          "the registration cannot be followed; trying again",
        );
        const wait = Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures++);
        await pause(wait * (1 + Math.random()), signal);
      }
    }
  };
  const running = Promise.all([follow("mutate"), follow("validate")]);
  return {
    get: (phase) => live.get(phase),
    isSynced: () => seen.size === 2,
    synced: first.promise,
    async close() {
      closing.abort(new Error("the registration is closed"));
      await running;
    },
  };
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch {
    // It is closed: whoever waits looks at the signal.
  }
}
