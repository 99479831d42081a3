import { setTimeout as delay } from "node:timers/promises";
import type { ClusterConnection, KubernetesObject, Logger } from "@gatewright/core";

/** The namespace that the server lives in, looked at again and again. */
export interface Home {
  /** Undefined where it is not known, is gone, or is being deleted. */
  namespace(): KubernetesObject | undefined;
  isLeaving(): boolean;
  /** Resolves once it was looked at; never where it is closed before. */
  readonly known: Promise<void>;
  /** Looks now. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Asks for it by its name, which RBAC can allow without all the others: a watch cannot be asked for one.
 *
 * @param leaving - called when it is found to be going, and again until it succeeds
 */
export function followHome(
  connection: Pick<ClusterConnection, "get">,
  name: string,
  { everyMs, log }: { everyMs: number; log: Logger },
  leaving: () => Promise<void>,
): Home {
  const closing = new AbortController();
  const { signal } = closing;
  let namespace: KubernetesObject | undefined;
  let isLeaving = false;
  const first = Promise.withResolvers<void>();
  const look = async (): Promise<void> => {
    namespace = await connection.get("v1/namespaces", name);
    isLeaving = namespace === undefined || namespace.metadata?.deletionTimestamp !== undefined;
    first.resolve();
  };
  const run = async (): Promise<void> => {
    let told = false;
    let failed = false;
    while (!signal.aborted) {
      try {
        await look();
        if (isLeaving && !told) {
          await leaving();
          told = true;
        }
        failed = false;
      } catch (err) {
        if (signal.aborted) return;
        log[failed ? "debug" : "warn"]({ err }, `namespace ${name} cannot be looked at`);
        failed = true;
      }
      await delay(everyMs, undefined, { signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    namespace: () => (isLeaving ? undefined : namespace),
    isLeaving: () => isLeaving,
    known: first.promise,
    look,
    async close() {
      closing.abort();
      await running;
    },
  };
}
