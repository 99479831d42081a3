import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { OrphanGuard } from "./orphan-guard.ts";

export interface KubectlOptions {
  /** Whose kubeconfig is used. @default "admin" */
  user?: string;
  /** What kubectl reads from stdin, for `-f -`; an object is sent as JSON. */
  input?: string | object;
}

export interface KubectlResult {
  stdout: string;
  /** Warnings and errors as a user sees them. */
  stderr: string;
  exitCode: number;
}

export interface KubectlRunner {
  run(args: string[], kubeconfig: string, input?: string | object): Promise<KubectlResult>;
  /** Ends the runs that are still going on. */
  stop(): Promise<void>;
}

/** Runs kubectl; an exit code other than 0 is a result like any other. */
export function createKubectl(
  file: string,
  env: NodeJS.ProcessEnv,
  guard: OrphanGuard,
): KubectlRunner {
  const running = new Map<Promise<unknown>, () => void>();

  return {
    async run(args, kubeconfig, input) {
      const child = spawn(file, args, {
        env: { ...env, KUBECONFIG: kubeconfig },
        stdio: ["pipe", "pipe", "pipe"],
      });
      const { pid } = child;
      if (pid) guard.watch(pid);
      const closed = once(child, "close").finally(() => {
        if (pid) guard.forget(pid);
        running.delete(closed);
      });
      running.set(closed, () => child.kill("SIGKILL"));
      // kubectl may have said no before it has read its input to the end.
      child.stdin.on("error", () => {});
      child.stdin.end(typeof input === "object" ? JSON.stringify(input) : input);
      const [stdout, stderr, [exitCode]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        closed,
      ]);
      return { stdout, stderr, exitCode: (exitCode as number | null) ?? 137 };
    },
    async stop() {
      for (const kill of running.values()) kill();
      await Promise.allSettled(running.keys());
    },
  };
}
