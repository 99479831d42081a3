// The example server as its user has it: a process of its own, in a folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  /** What it printed by the time it was up. */
  readonly greeting: string;
  readonly url: string;
  /** Sends the signal, and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Ended>;
}

export interface Folder {
  readonly path: string;
  /** Starts the server here; what ends before it is up is an error. */
  start(args?: readonly string[], env?: NodeJS.ProcessEnv): Promise<Running>;
  /** Runs the server here to its end. */
  run(args?: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended>;
  /** Ends what still runs, and removes the folder. */
  close(): Promise<void>;
}

/** A new folder, whose name a shell would take apart. */
export async function openFolder(): Promise<Folder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "it's a gatewright ")));
  const children: ChildProcess[] = [];
  const launch = (args: readonly string[], env: NodeJS.ProcessEnv) => {
    // The environment of `npm test` would pass for that of `npm start`.
    const { INIT_CWD: _, PORT: __, ...inherited } = process.env;
    const flags = ["--disable-warning=ExperimentalWarning", MAIN];
    const child = spawn(process.execPath, [...flags, ...args], {
      cwd: path,
      env: { ...inherited, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    const output = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
    }
    const ended = once(child, "close").then(([code]): Ended => ({ code, ...output }));
    return { child, output, ended };
  };
  return {
    path,
    run: (args = [], env = {}) => launch(args, env).ended,
    async start(args = [], env = { PORT: "0" }) {
      const { child, output, ended } = launch(args, env);
      const isUp = () => /^Ctrl-C ends it\.\n/m.test(output.stdout);
      while (!isUp()) {
        const end = await Promise.race([ended, once(child.stdout, "data").then(() => undefined)]);
        if (end !== undefined) throw new Error(`it ended: ${JSON.stringify(end)}`);
      }
      const [, url = ""] = /listens on (\S+)\n/.exec(output.stdout) ?? [];
      return {
        greeting: output.stdout,
        url,
        end(signal = "SIGTERM") {
          child.kill(signal);
          return ended;
        },
      };
    },
    async close() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill("SIGKILL");
        await once(child, "close");
      }
      await rm(path, { recursive: true });
    },
  };
}
