import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { OrphanGuard } from "./orphan-guard.ts";
import { waitUntil } from "./wait-until.ts";

export interface ChildOptions {
  /** As the program is called in errors, and its log file. */
  name: string;
  file: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** @default this process's */
  cwd?: string;
  /** Absolute path; appended to. */
  logFile: string;
  guard: OrphanGuard;
}

/** A server process whose output goes to a file. */
export interface Child {
  name: string;
  pid: number;
  /** How it ended, such as `exit code 1` or `SIGKILL`; undefined while it runs. */
  ending(): string | undefined;
  /** Calls back if it ends without having been stopped. */
  onUnexpectedEnd(report: (ending: string) => void): void;
  /**
   * SIGTERM or another signal, and SIGKILL to what is left after `graceMs`. Resolves when it has
   * ended.
   */
  stop(graceMs: number, signal?: NodeJS.Signals): Promise<void>;
  /** Sends a signal that does not end it. */
  signal(signal: NodeJS.Signals): void;
  /** The last lines of its log. */
  lastLines(): Promise<string>;
}

/**
 * Waits until `ready` says so, asking every 50 ms; what it throws counts as "not yet".
 *
 * @throws Error with the last lines of the child's log where the child ends first, or `timeoutMs`
 *   pass
 */
export async function untilReady(
  child: Child,
  ready: (signal: AbortSignal) => Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  // A stranger on the port may take the question and never answer.
  const answered = () => child.ending() !== undefined || ready(AbortSignal.timeout(2_000));
  const why = await waitUntil(answered, { what: `${child.name} to be ready`, timeoutMs }).then(
    () => child.ending() && `${child.name} ended (${child.ending()}) before it was ready`,
    (error: Error) => error.message,
  );
  if (why) throw new Error(`${why}; the last lines of its log:\n${await child.lastLines()}`);
}

/**
 * Starts one child in a session of its own, so that Ctrl-C reaches this process first, which then
 * decides.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, file, args, env, cwd, logFile, guard } = options;
  const log = openSync(logFile, "a", 0o600);
  let ending: string | undefined;
  let stopped = false;
  const child = spawn(file, args, {
    ...{ env, cwd },
    ...{ detached: true, stdio: ["ignore", log, log] },
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      ending = signal ?? `exit code ${code}`;
      if (child.pid) guard.forget(child.pid);
      resolve();
    });
  });
  if (child.pid) guard.watch(child.pid);
  await once(child, "spawn");

  return {
    name,
    pid: child.pid as number,
    ending: () => ending,
    onUnexpectedEnd(report) {
      void exited.then(() => {
        if (!stopped) report(ending as string);
      });
    },
    async stop(graceMs, signal = "SIGTERM") {
      stopped = true;
      if (ending !== undefined) return;
      child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await exited;
      clearTimeout(timer);
    },
    signal(signal) {
      child.kill(signal);
    },
    async lastLines() {
      return (await readFile(logFile, "utf8")).trimEnd().split("\n").slice(-15).join("\n");
    },
  };
}
