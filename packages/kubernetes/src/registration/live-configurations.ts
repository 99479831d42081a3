import { setTimeout as delay } from "node:timers/promises";
import type { ClusterConnection, Logger, Phase } from "@gatewright/core";
import { CONFIGURATIONS } from "./configuration-resources.ts";
import type { LiveConfiguration } from "./differences.ts";
import { isOurs } from "./remove-configurations.ts";
import { phaseOf } from "./standing.ts";

/** The two configurations of one name, as the API server last told of them, and those of other names that were ours. */
export interface LiveConfigurations {
  /** Undefined where there is none. */
  get(phase: Phase): LiveConfiguration | undefined;
  /** Of the same installation, by another name: what was registered before that was changed. */
  others(): readonly LiveConfiguration[];
  /** Whether both have been looked for. */
  isSynced(): boolean;
  /** Resolves once they have; never where it is closed before. */
  readonly synced: Promise<void>;
  close(): Promise<void>;
}

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
  { name, installation }: { name: string; installation: string },
  changed: () => void,
  log: Logger,
): LiveConfigurations {
  const closing = new AbortController();
  const { signal } = closing;
  const live = new Map<Phase, LiveConfiguration>();
  /** By phase and name. */
  const others = new Map<string, LiveConfiguration>();
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
  const putOther = (object: LiveConfiguration, isGone = false): void => {
    const key = `${object.kind} ${object.metadata?.name}`;
    const isOther = object.metadata?.name !== name && isOurs(object, installation);
    const isNews = isOther !== others.has(key) || isGone;
    if (isOther && !isGone) others.set(key, object);
    else others.delete(key);
    if (isNews && isOther) changed();
  };
  const followOnce = async (phase: Phase, heard: () => void): Promise<void> => {
    const resource = CONFIGURATIONS[phase];
    const all = await connection.list(resource, { signal, timeoutMs: LIST_MS });
    for (const [key, { kind }] of others) if (phaseOf({ kind }) === phase) others.delete(key);
    for (const object of all.items) putOther(object);
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
      if (type === "BOOKMARK") continue;
      if (object.metadata?.name === name) put(phase, type === "DELETED" ? undefined : object);
      else putOther(object, type === "DELETED");
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
    others: () => [...others.values()],
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
