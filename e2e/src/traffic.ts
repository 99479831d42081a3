/** One call of the traffic. */
export interface Call {
  /** Its place among the calls, in the order in which they began. */
  begun: number;
  /** What the client was told, where the call failed. */
  failure?: string;
}

/** Clients that call without pause. */
export interface Traffic {
  /** The next `count` calls that begin from now on, once they have ended. */
  calls(count: number): Promise<Call[]>;
  /** How many calls have begun so far. */
  begun(): number;
  /** How many calls have ended so far. */
  ended(): number;
  /** Lets the clients finish; gives every call there was, in the order in which they ended. */
  stop(): Promise<Call[]>;
}

/**
 * Starts clients that make one call after another.
 *
 * @param call resolves to what the client was told where it fails
 * @param clients how many of them, side by side
 */
export function startTraffic(call: () => Promise<string | undefined>, clients = 4): Traffic {
  const ended: Call[] = [];
  const watchers = new Set<(call: Call) => void>();
  let begun = 0;
  let stopped = false;

  async function client(): Promise<void> {
    while (!stopped) {
      const one: Call = { begun: begun++ };
      const failure = await call();
      if (failure !== undefined) one.failure = failure;
      ended.push(one);
      for (const watcher of watchers) watcher(one);
    }
  }
  const clientsEnded = Promise.all(Array.from({ length: clients }, client));

  return {
    async calls(count) {
      const from = begun;
      const next = new Promise<Call[]>((resolve) => {
        const seen: Call[] = [];
        const watcher = (one: Call) => {
          if (one.begun < from || seen.push(one) < count) return;
          watchers.delete(watcher);
          resolve(seen);
        };
        watchers.add(watcher);
      });
      // A client that throws never ends its call: let it be heard instead of waiting for ever.
      await Promise.race([next, clientsEnded]);
      return next;
    },
    begun: () => begun,
    ended: () => ended.length,
    async stop() {
      stopped = true;
      await clientsEnded;
      return ended;
    },
  };
}

/** What failed calls were told. */
export function failures(calls: readonly Call[]): string[] {
  return calls.flatMap(({ failure }) => failure ?? []);
}
