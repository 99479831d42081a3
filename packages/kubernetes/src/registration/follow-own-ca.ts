import { setTimeout as delay } from "node:timers/promises";
import { addOwnCa, isUnknownToCallers } from "./add-own-ca.ts";
import type { RegistrarParts } from "./registrar-parts.ts";

/** A replica that sees to it that callers trust what it serves. */
export interface OwnCa {
  /** Resolves once it was looked at. */
  readonly known: Promise<void>;
  close(): Promise<void>;
}

/**
 * Looks again and again whether callers trust this server's CA, and adds it where nobody has within a look: the replica that
 * registers comes first, which knows whether somebody took it away.
 *
 * @param isLeading - whether this replica is that one
 */
export function followOwnCa(
  parts: Pick<RegistrarParts, "connection" | "settings" | "certificate" | "live" | "log">,
  isLeading: () => boolean,
  everyMs: number,
): OwnCa {
  const closing = new AbortController();
  const { signal } = closing;
  const first = Promise.withResolvers<void>();
  const run = async (): Promise<void> => {
    await Promise.race([parts.live.synced, aborted(signal)]);
    // A replica that starts has nobody to wait for.
    let seen = true;
    while (!signal.aborted) {
      const isUnknown = !isLeading() && isUnknownToCallers(parts);
      try {
        if (isUnknown && seen && (await addOwnCa(parts))) {
          const { name } = parts.settings;
          parts.log.info(
            { configuration: name },
            "this server's CA is added to what is registered",
          );
        }
      } catch (err) {
        if (signal.aborted) return;
        parts.log.debug({ err }, "this server's CA cannot be added yet; trying again");
      }
      seen = isUnknown;
      first.resolve();
      await delay(everyMs, undefined, { signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    known: first.promise,
    async close() {
      closing.abort();
      await running;
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}
