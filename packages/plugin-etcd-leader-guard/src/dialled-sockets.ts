import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * The TCP sockets that were dialled for one client, which gRPC hides.
 *
 * gRPC for Node has no time limit on connecting: a dial into a black hole waits for the kernel to
 * give up (two minutes on Linux, longer than the hole may last), a TLS handshake or the first HTTP/2
 * frame for ever, and a closed channel leaves such a socket behind. So who dials must be able to
 * see whether anything arrives, and to end it.
 */
export interface DialledSockets {
  /** Runs a call; whatever it causes to be dialled, now or by a reconnect later, is kept here. */
  run<T>(call: () => T): T;
  /** Bytes that ever arrived on all of them. */
  received(): number;
  /** How many are open, or being opened. */
  open(): number;
  /** Ends those that are open now. */
  end(): Promise<void>;
  /** Ends them all, and each that may yet be dialled. */
  close(): Promise<void>;
}

interface Dials {
  closed: boolean;
  readonly sockets: Set<Socket>;
  receivedBefore: number;
}

const channel = "net.client.socket";
const dialling = new AsyncLocalStorage<Dials>();
let subscribers = 0;

function onSocket(message: unknown): void {
  const dials = dialling.getStore();
  if (dials === undefined) return;
  const { socket } = message as { socket: Socket };
  if (dials.closed) {
    // Not now: `connect` has yet to begin, and would bring it back to life.
    process.nextTick(() => socket.destroy());
    return;
  }
  dials.sockets.add(socket);
  socket.once("close", () => {
    dials.sockets.delete(socket);
    dials.receivedBefore += socket.bytesRead;
  });
}

/** Starts to keep account; it ends with `close`. */
export function createDialledSockets(): DialledSockets {
  const dials: Dials = { closed: false, sockets: new Set(), receivedBefore: 0 };
  if (subscribers++ === 0) subscribe(channel, onSocket);

  async function end(): Promise<void> {
    await Promise.all([...dials.sockets].map((socket) => ended(socket)));
  }

  return {
    run: (call) => dialling.run(dials, call),
    received() {
      let bytes = dials.receivedBefore;
      for (const socket of dials.sockets) bytes += socket.bytesRead;
      return bytes;
    },
    open: () => dials.sockets.size,
    end,
    async close() {
      if (dials.closed) return;
      dials.closed = true;
      await end();
      // What had been decided before is dialled by then, and ended while there is still an ear for it.
      await nextTurn();
      if (--subscribers === 0) unsubscribe(channel, onSocket);
    },
  };
}

/** Resolves when it is closed; how it ends is of no interest. */
async function ended(socket: Socket): Promise<void> {
  if (socket.closed) return;
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.destroy();
  await closed;
}
