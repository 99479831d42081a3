// `gatewright serve` as its user has it: a process of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of `gatewright`. */
export interface GatewrightProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** The URL that it listens on; what ends before is an error. */
  url(): Promise<string>;
}

/** Starts `gatewright` with `args` in `cwd`; whoever starts it ends it. */
export function startGatewright(args: readonly string[], cwd: string): GatewrightProcess {
  // npm says with it where the user is.
  const { INIT_CWD: _, ...env } = process.env;
  const flags = ["--disable-warning=ExperimentalWarning", MAIN];
  const stdio = ["ignore", "pipe", "pipe"] as const;
  const child = spawn(process.execPath, [...flags, ...args], { cwd, env, stdio: [...stdio] });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const ended = once(child, "close").then(([code]): Ended => ({ code, ...output }));
  return {
    child,
    ended,
    async url() {
      for (;;) {
        const [, found] = /"url":"([^"]+)"/.exec(output.stdout) ?? [];
        if (found !== undefined) return found;
        const end = await Promise.race([ended, once(child.stdout, "data").then(() => undefined)]);
        if (end !== undefined) throw new Error(`it ended: ${JSON.stringify(end)}`);
      }
    },
  };
}
