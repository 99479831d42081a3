import type { Server } from "node:https";
import type { Socket } from "node:net";
import type { ServerOptions } from "./server-options.ts";

/** Until no kube-proxy and no API server sends new calls here. */
export const DEFAULT_GRACE_SECONDS = 10;

/** How a server stops without failing a call. */
export interface Drain {
  /** Keeps count of the server's connections, from its start on. */
  watch(server: Server): void;
  /** From the first `close()` on: not ready, and answers ask callers to connect elsewhere next time. */
  isDraining(): boolean;
  /**
   * Serves on through the grace period, and until what is to be done meanwhile is done, then stops accepting and
   * waits for what is in flight. A second call ends the former at once; both resolve when the last connection is gone.
   */
  close(server: Server): Promise<void>;
}

/** A drain that has not begun. `whileServing` is what is best done while calls are still answered. */
export function createDrain(
  {
    gracePeriodSeconds = DEFAULT_GRACE_SECONDS,
    drainSeconds = 30,
  }: NonNullable<ServerOptions["shutdown"]> = {},
  whileServing: () => Promise<void> = async () => {},
): Drain {
  // As the network has them, and as TLS does: a handshake that has not ended is among the former alone.
  const connections = new Set<Socket>();
  const sessions = new Set<Socket>();
  let closing: Promise<void> | undefined;
  let endGrace = (): void => {};

  async function run(server: Server): Promise<void> {
    const grace = Promise.withResolvers<void>();
    const timer = setTimeout(grace.resolve, gracePeriodSeconds * 1000);
    const cut = Promise.withResolvers<void>();
    endGrace = () => {
      clearTimeout(timer);
      cut.resolve();
    };
    // What cannot be done meanwhile must not keep the server open.
    await Promise.race([Promise.allSettled([grace.promise, whileServing()]), cut.promise]);
    await stopAccepting(server);
  }

  function stopAccepting(server: Server): Promise<void> {
    return new Promise((resolve) => {
      // A plugin that never answers must not keep the process for ever; nor must half a handshake.
      const timer = setTimeout(() => destroy(connections), drainSeconds * 1000);
      // Closes idle connections too; the others close with their answer, which says so.
      server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      // To Node, a connection over which nothing was ever sent is not idle. API servers have such ones:
      // Go dials another where one is slow to come, and keeps both.
      destroy([...sessions, ...connections].filter(({ bytesRead }) => bytesRead === 0));
    });
  }

  return {
    watch(server) {
      server.on("connection", (socket: Socket) => keep(connections, socket));
      server.on("secureConnection", (socket) => keep(sessions, socket));
    },
    isDraining: () => closing !== undefined,
    close(server) {
      if (closing === undefined) closing = run(server);
      else endGrace();
      return closing;
    },
  };
}

function keep(open: Set<Socket>, socket: Socket): void {
  open.add(socket);
  socket.once("close", () => open.delete(socket));
}

function destroy(sockets: Iterable<Socket>): void {
  for (const socket of [...sockets]) socket.destroy();
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
