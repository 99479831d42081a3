import type { Server } from "node:https";
import type { ServerOptions } from "./server-options.ts";

/** How a server stops without failing a call. */
export interface Drain {
  /** From the first `close()` on: not ready, and answers ask callers to connect elsewhere next time. */
  isDraining(): boolean;
  /**
   * Serves on through the grace period, then stops accepting and waits for what is in flight. A second
   * call ends the grace period at once; both resolve when the last connection is gone.
   */
  close(server: Server): Promise<void>;
}

/** A drain that has not begun. */
export function createDrain({
  gracePeriodSeconds = 10,
  drainSeconds = 30,
}: NonNullable<ServerOptions["shutdown"]> = {}): Drain {
  let closing: Promise<void> | undefined;
  let endGrace = (): void => {};
  const run = async (server: Server): Promise<void> => {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, gracePeriodSeconds * 1000);
      endGrace = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    await stopAccepting(server, drainSeconds * 1000);
  };
  return {
    isDraining: () => closing !== undefined,
    close(server) {
      if (closing === undefined) closing = run(server);
      else endGrace();
      return closing;
    },
  };
}

function stopAccepting(server: Server, patienceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A plugin that never answers must not keep the process for ever.
    const timer = setTimeout(() => server.closeAllConnections(), patienceMs);
    // Closes idle connections too; the others close with their answer, which says so.
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Ends a server that nobody is served by any more. */
export function closeNow(server: {
  close(done: () => void): unknown;
  closeAllConnections(): void;
}): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
