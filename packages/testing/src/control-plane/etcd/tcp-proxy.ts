import { startRelay } from "./relay.ts";

/**
 * Stands between clients and one server on this machine, and lets through what a test wants. TLS
 * passes untouched.
 */
export interface TcpProxy extends AsyncDisposable {
  /** Its own port on 127.0.0.1, the same all its life. */
  port: number;
  /** Everything passes, as in the beginning; what a black hole held goes on. */
  forward(): Promise<void>;
  /**
   * Accepts connections and lets nothing pass on old and new ones: no byte, no end, no reset. So
   * does a network that drops packets.
   */
  blackHole(): Promise<void>;
  /** What the server answers comes this many milliseconds late. */
  delay(ms: number): Promise<void>;
  /** Resets what is open, and refuses connections, as where no process listens. */
  refuse(): Promise<void>;
  /** Resets what is open and ends. */
  close(): Promise<void>;
}

/**
 * Starts a proxy to a port on 127.0.0.1. While nothing listens there, connections to the proxy are
 * accepted and then reset.
 */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  let held = false;
  let delayMs = 0;
  let closed = false;
  const relay = await startRelay({ target, held: () => held, delayMs: () => delayMs });

  const become = async (state: { held: boolean; delayMs: number }) => {
    if (closed) throw new Error(`the proxy on port ${relay.port} is closed`);
    ({ held, delayMs } = state);
    await relay.listen();
    relay.changed();
  };
  const close = async () => {
    closed = true;
    await relay.refuse();
  };
  return {
    port: relay.port,
    forward: () => become({ held: false, delayMs: 0 }),
    blackHole: () => become({ held: true, delayMs: 0 }),
    delay: (ms) => become({ held: false, delayMs: ms }),
    refuse: relay.refuse,
    close,
    [Symbol.asyncDispose]: close,
  };
}
