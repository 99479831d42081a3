import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

/** A server under test, in a process and on a core of its own. */
export interface ServerProcess {
  readonly name: string;
  readonly port: number;
  /** Milliseconds from the start of the process until it said that it listens. */
  readonly listeningAfterMs: number;
  /** CPU seconds used so far, user and system. */
  cpuSeconds(): number;
  /** The most memory that it ever held, in MB. */
  peakMegabytes(): number;
  stop(): Promise<void>;
}

/** Which core servers run on, and which the load comes from; undefined where they cannot be pinned. */
export const cores: { server: string; load: string } | undefined = pinnable()
  ? { server: "0", load: "1" }
  : undefined;

function pinnable(): boolean {
  try {
    execFileSync("taskset", ["-c", "0,1", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A command line that runs on `core`, where the machine can pin. */
export function pinned(
  core: "server" | "load",
  command: string,
  args: readonly string[],
): string[] {
  return cores === undefined
    ? [command, ...args]
    : ["taskset", "-c", cores[core], command, ...args];
}

/**
 * Starts `script` beside this file, and waits until it prints that it is listening.
 *
 * @param hashSeed what V8 spreads its tables of strings and shapes by; its own choice, which is another one in each
 *   process, makes twins of one program differ by some hundredths for as long as they live. Servers that are
 *   compared get the same one, and a few of them in turn.
 */
export async function startServer(
  name: string,
  script: string,
  args: readonly string[],
  port: number,
  hashSeed?: number,
): Promise<ServerProcess> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const flags = hashSeed === undefined ? [] : [`--hash-seed=${hashSeed}`];
  const [command, ...rest] = pinned("server", process.execPath, [...flags, path, ...args]) as [
    string,
  ];
  const started = performance.now();
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "inherit"] });
  await listening(child, name);
  const listeningAfterMs = performance.now() - started;
  const proc = (file: string) => readFileSync(`/proc/${child.pid}/${file}`, "utf8");
  return {
    name,
    port,
    listeningAfterMs,
    cpuSeconds() {
      // proc(5): utime and stime are the 14th and 15th field; the 2nd may hold spaces.
      const fields = proc("stat").split(") ")[1]?.split(" ") ?? [];
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    peakMegabytes: () => Number(/VmHWM:\s+(\d+) kB/.exec(proc("status"))?.[1]) / 1024,
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGKILL");
      }),
  };
}

function listening(child: ChildProcess, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Lines of its log may come before.
    createInterface({ input: child.stdout as Readable }).on("line", (line) => {
      if (line === "listening") resolve();
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${name} ended before it listened (${code})`)));
  });
}
