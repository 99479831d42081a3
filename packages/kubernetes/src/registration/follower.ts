import { setTimeout as delay } from "node:timers/promises";
import { addOwnCa, isUnknownToCallers } from "./add-own-ca.ts";
import type { RegistrarParts } from "./registrar-parts.ts";
import { createHolderReport } from "./tell-of-holder.ts";

/** A replica that does not register, as long as it does not. */
export interface Follower {
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
export function startFollower(
  parts: Pick<RegistrarParts, "connection" | "settings" | "certificate" | "live" | "log" | "now">,
  isLeading: () => boolean,
  everyMs: number,
): Follower {
  const closing = new AbortController();
  const { signal } = closing;
  const first = Promise.withResolvers<void>();
  const tellOfHolder = createHolderReport(parts);
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
      try {
        if (!isLeading()) await tellOfHolder();
      } catch (err) {
        if (signal.aborted) return;
        parts.log.debug({ err }, "whether anything should be registered cannot be known yet");
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
