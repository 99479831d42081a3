import { inspect } from "node:util";
import type { Cache } from "../cluster/caches.ts";
import { GatewrightError } from "../errors.ts";
import type { ReconcileResult } from "../reconcile-hook.ts";
import { objectKeyOf, type ReconcilingPlugin, shownKey } from "./concerned-keys.ts";

/** For how long a plugin may reconcile. */
export interface Term {
  /** Aborts at its end. */
  readonly signal: AbortSignal;
  /** Whether it goes on: also false where nobody has come to abort the signal yet. */
  isHeld(): boolean;
}

/**
 * Calls a plugin's `reconcile.handle` for one object, with the cluster as far as it was declared.
 *
 * @returns in how many seconds it is to be called again; 0 for not by itself.
 * @throws whatever the handler throws; what the fence refused, whatever the handler made of it.
 */
export async function handleObject(
  plugin: ReconcilingPlugin,
  key: string,
  cache: Cache,
  term: Term,
): Promise<number> {
  const { name, namespace } = objectKeyOf(key);
  let ended = false;
  let misused: Error | undefined;
  const cluster = plugin.openCluster({
    dryRun: false,
    sideEffects: "NoneOnDryRun",
    expectOpen(verb) {
      const whose = `plugin "${plugin.name}" called ${verb}()`;
      if (ended) {
        const why = "after it had reconciled the object: await what you start";
        throw new GatewrightError("GW_LATE_VERB", `${whose} ${why}`);
      }
      if (term.signal.aborted || !term.isHeld()) throw reconcileEnded(whose);
    },
    misused(error) {
      misused ??= error;
      return error;
    },
    signal: () => term.signal,
    // No end of its own: each call has one.
    deadline: () => Number.POSITIVE_INFINITY,
  });
  const { config, state, log } = plugin;
  const lines = log.child({ object: shownKey(key) });
  const context = { config, state, cluster, log: lines, signal: term.signal };
  const object = cache.get(name, namespace) as never;
  try {
    const result = await plugin.reconcile.handle({ name, namespace, object }, context);
    if (misused !== undefined) throw misused;
    return secondsOf(result);
  } finally {
    ended = true;
  }
}

/** What `whose` did after the Lease was lost, or the server was closed. */
export function reconcileEnded(whose: string): GatewrightError {
  const why = "after this server had ceased to reconcile: another one may be at work";
  return new GatewrightError("GW_RECONCILE_ENDED", `${whose} ${why}`);
}

function secondsOf(result: void | ReconcileResult): number {
  const strange = Object.keys(result ?? {}).find((key) => key !== "requeueAfterSeconds");
  if (strange !== undefined) {
    throw new TypeError(
      `reconcile.handle gave ${strange}: it gives { requeueAfterSeconds } or nothing`,
    );
  }
  const seconds: unknown = result?.requeueAfterSeconds ?? 0;
  if (typeof seconds === "number" && seconds >= 0 && seconds < Number.POSITIVE_INFINITY) {
    return seconds;
  }
  throw new TypeError(`requeueAfterSeconds must be seconds of 0 or more, not ${inspect(seconds)}`);
}
