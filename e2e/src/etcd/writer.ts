import { setTimeout as delay } from "node:timers/promises";
import { type EtcdCluster, waitUntil } from "@gatewright/testing/control-plane";

/** Somebody who depends on etcd: writes one key after another, and remembers what etcd confirmed. */
export interface Writer {
  /** How many writes were confirmed so far. */
  confirmed(): number;
  /** Waits until a write that is begun from now on is confirmed: there is a quorum, and it is led. */
  next(): Promise<void>;
  /** Ends it, after the write that is under way. */
  stop(): Promise<void>;
  /** The longest time from one confirmation to the next, in milliseconds. */
  longestGapMs(): number;
  /** Reads all keys back, from a majority; gives those that are not there as they were confirmed. */
  lost(): Promise<string[]>;
}

const prefix = "/writer/";
const base64 = (text: string) => Buffer.from(text).toString("base64");

/**
 * Starts writing. Each key is written once, with a value of its own, by whichever member takes it:
 * a write that is not confirmed is tried again, so that no answer leaves room for a doubt.
 */
export function startWriter(etcd: EtcdCluster): Writer {
  const confirmedAt: number[] = [];
  let stopped = false;

  const put = async (count: number) => {
    for (let attempt = 0; !stopped; attempt++) {
      const { name } = etcd.members[(count + attempt) % etcd.members.length] ?? {};
      const [key, value] = [base64(keyOf(count)), base64(valueOf(count))];
      try {
        const member = name === undefined ? {} : { member: name };
        await etcd.call("/v3/kv/put", { key, value }, { ...member, timeoutMs: 1_000 });
        confirmedAt.push(performance.now());
        return;
      } catch {
        // It is on its way out or back, or leads no longer.
        await delay(5);
      }
    }
  };
  const writing = (async () => {
    for (let count = 0; !stopped; count++) await put(count);
  })();

  return {
    confirmed: () => confirmedAt.length,
    async next() {
      // The one under way was begun before.
      const enough = confirmedAt.length + 2;
      await waitUntil(() => confirmedAt.length >= enough, { what: "etcd to take a write" });
    },
    async stop() {
      stopped = true;
      await writing;
    },
    longestGapMs: () =>
      confirmedAt.reduce((longest, at, index) => {
        return Math.max(longest, at - (confirmedAt[index - 1] ?? at));
      }, 0),
    async lost() {
      const stored = await readAll(etcd);
      const all = confirmedAt.map((_, count) => count);
      return all.filter((count) => stored.get(keyOf(count)) !== valueOf(count)).map(keyOf);
    },
  };
}

// Of one length, so that the order of the bytes is that of the numbers.
const keyOf = (count: number) => `${prefix}${String(count).padStart(9, "0")}`;
const valueOf = (count: number) => `value of write ${count}`;

async function readAll(etcd: EtcdCluster): Promise<Map<string, string>> {
  const stored = new Map<string, string>();
  const end = base64(`${prefix.slice(0, -1)}0`);
  const decode = (text: string) => Buffer.from(text, "base64").toString();
  for (let from = prefix; ; ) {
    const range = { key: base64(from), range_end: end, limit: "1000" };
    const { kvs = [], more } = await etcd.call("/v3/kv/range", range, { timeoutMs: 10_000 });
    for (const { key, value } of kvs) stored.set(decode(key), decode(value));
    if (!more) return stored;
    from = `${decode(kvs.at(-1).key)}\0`;
  }
}
