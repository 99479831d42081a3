import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Child, startChild, untilReady } from "../child.ts";
import { graceMs } from "../component.ts";
import type { OrphanGuard } from "../orphan-guard.ts";
import { waitUntil } from "../wait-until.ts";
import { isStopped } from "./is-stopped.ts";

export interface MemberProcessSettings {
  name: string;
  /** Path of the binary. */
  etcd: string;
  /** The cluster's folder. */
  dir: string;
  env: NodeJS.ProcessEnv;
  guard: OrphanGuard;
  log: (line: string) => void;
  readyTimeoutMs: number;
  /** Asked for each start. */
  args: () => Promise<string[]>;
  ready: () => Promise<boolean>;
}

/** The processes of one member, one after another, never two at once. */
export interface MemberProcess {
  logFile: string;
  running(): boolean;
  frozen(): boolean;
  pid(): number | undefined;
  start(options?: { untilReady?: boolean }): Promise<void>;
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  freeze(): Promise<void>;
  resume(): void;
}

export function createMemberProcess(settings: MemberProcessSettings): MemberProcess {
  const { name, etcd: file, dir, env, guard, log, readyTimeoutMs, args, ready } = settings;
  const logFile = join(dir, "logs", `${name}.log`);
  let child: Child | undefined;
  let frozen = false;
  let last: Promise<unknown> = Promise.resolve();

  const running = () => child !== undefined && child.ending() === undefined;
  const inTurn = <Result>(step: () => Promise<Result>): Promise<Result> => {
    const result = last.then(step);
    last = result.catch(() => {});
    return result;
  };
  const spawned = () =>
    inTurn(async () => {
      if (child && running()) return child;
      const own = await startChild({ name, file, args: await args(), env, logFile, guard });
      own.onUnexpectedEnd((ending) =>
        log(`${name} (${own.pid}) of the etcd cluster in ${dir} ended by itself: ${ending}`),
      );
      frozen = false;
      child = own;
      return own;
    });

  return {
    logFile,
    running,
    frozen: () => running() && frozen,
    pid: () => (running() ? child?.pid : undefined),
    async start({ untilReady: wait = true } = {}) {
      for (let attempt = 0; ; attempt++) {
        const own = await spawned();
        if (!wait) return;
        try {
          return await untilReady(own, ready, readyTimeoutMs);
        } catch (error) {
          // Its port is an ephemeral one: somebody's outgoing connection may have it for a moment.
          const taken = String(error).includes("address already in use");
          if (!taken || running() || attempt >= 5) throw error;
          await delay(200);
        }
      }
    },
    stop: (signal = "SIGTERM") =>
      inTurn(async () => {
        if (!child || !running()) return;
        const ended = child.stop(graceMs, signal);
        // A frozen process hears of SIGTERM when it goes on.
        child.signal("SIGCONT");
        await ended;
      }),
    async freeze() {
      if (!child || !running()) return;
      const { pid } = child;
      child.signal("SIGSTOP");
      frozen = true;
      await waitUntil(() => isStopped(pid), { what: `${name} to stop`, intervalMs: 5 });
    },
    resume() {
      if (!child || !running()) return;
      child.signal("SIGCONT");
      frozen = false;
    },
  };
}
