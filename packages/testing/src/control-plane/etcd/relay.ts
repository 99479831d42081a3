import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** One connection through a relay. */
export interface RelayedConnection {
  /** Who opened it, where the relay's `read` found out. */
  source?: string;
}

export interface RelayOptions {
  /** Port on 127.0.0.1 that is relayed to. */
  target: number;
  /** Whether bytes, ends and resets of a connection stay where they are, both ways. */
  held: (connection: RelayedConnection) => boolean;
  /** Milliseconds that what the target answers is late. @default 0 */
  delayMs?: () => number;
  /** Sees what the connection's opener sends. */
  read?: (chunk: Buffer, connection: RelayedConnection) => void;
}

export interface Relay {
  port: number;
  /** Asks `held` again for what waits. */
  changed(): void;
  /** Resets every connection, and refuses new ones until `listen()`. */
  refuse(): Promise<void>;
  /** Accepts connections, at the same port as ever. Does nothing where it does so already. */
  listen(): Promise<void>;
}

/** What travels: bytes, the end of one direction, or the end of all. */
type Freight = Buffer | "end" | "reset";

interface Lane {
  push(freight: Freight): void;
  flush(): void;
  close(): void;
}

/**
 * Starts a TCP relay on a free port of 127.0.0.1. What is held is kept, not lost, as TCP would send
 * it again: when it may pass, it goes on in order.
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const open = new Map<Socket, () => void>();
  let server: Server | undefined;
  let port = 0;

  const accept = (opener: Socket) => {
    const connection: RelayedConnection = {};
    const target = connect({ host: "127.0.0.1", port: options.target, allowHalfOpen: true });
    const held = () => options.held(connection);
    const toTarget = createLane(target, held, () => 0);
    const toOpener = createLane(opener, held, options.delayMs ?? (() => 0));
    const flush = () => {
      toTarget.flush();
      toOpener.flush();
    };
    const onChunk = (chunk: Buffer) => options.read?.(chunk, connection);
    opener.on("data", onChunk);
    join(opener, toTarget);
    join(target, toOpener);
    for (const socket of [opener, target]) {
      open.set(socket, flush);
      socket.once("close", () => open.delete(socket));
    }
  };

  const listen = async () => {
    if (server) return;
    const starting = createServer({ allowHalfOpen: true, noDelay: true }, accept);
    starting.listen(port, "127.0.0.1");
    await once(starting, "listening");
    server = starting;
    port = (starting.address() as AddressInfo).port;
  };
  await listen();

  return {
    port,
    changed() {
      for (const flush of new Set(open.values())) flush();
    },
    async refuse() {
      if (!server) return;
      const closed = once(server.close(), "close");
      server = undefined;
      for (const socket of open.keys()) reset(socket);
      await closed;
    },
    async listen() {
      // The port is an ephemeral one: somebody's outgoing connection may have it for a moment.
      for (let attempt = 0; ; attempt++) {
        try {
          return await listen();
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || attempt >= 50) throw error;
          await delay(100);
        }
      }
    },
  };
}

function join(from: Socket, lane: Lane): void {
  from.setNoDelay(true);
  from.on("data", (chunk: Buffer) => lane.push(chunk));
  from.once("end", () => lane.push("end"));
  // What broke it is the other side's to notice, by a reset.
  from.on("error", () => lane.push("reset"));
}

function createLane(to: Socket, held: () => boolean, delayMs: () => number): Lane {
  const waiting: { freight: Freight; due: number }[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    let next = waiting[0];
    while (next && !held() && next.due <= performance.now()) {
      waiting.shift();
      deliver(to, next.freight);
      next = waiting[0];
    }
    if (next && !held()) timer = setTimeout(flush, next.due - performance.now());
  };
  const close = () => {
    clearTimeout(timer);
    waiting.length = 0;
  };
  to.once("close", close);

  return {
    push(freight) {
      if (to.destroyed) return;
      waiting.push({ freight, due: performance.now() + delayMs() });
      flush();
    },
    flush,
    close,
  };
}

function deliver(to: Socket, freight: Freight): void {
  if (freight === "reset") reset(to);
  else if (freight === "end") to.end();
  else if (to.writable) to.write(freight);
}

/**
 * Not by `resetAndDestroy()`, which ends the socket first. What breaks in the meantime destroys it while
 * it is shutting down; libuv then refuses the reset, Node forgets the handle, and the process, waiting
 * for that at its exit, spins for ever.
 */
function reset(socket: Socket): void {
  const isShuttingDown = socket.writableEnded && !socket.writableFinished;
  if (!isShuttingDown) Object.assign(socket, { resetAndClosing: true });
  socket.destroy();
}
