import { spawn } from "node:child_process";
import { cores, pinned } from "./server-process.ts";

/**
 * Keeps the load's core from halting, by a process of the lowest priority that never sleeps.
 *
 * A server wakes the load with each answer. Where the load's core is virtual and has halted meanwhile, that takes the
 * server 10 µs and more of its own CPU; where it still polls for work, next to nothing. It polls for so long after it went to
 * sleep, so a server that is a little slower is charged a lot more, and for nothing that it does. Kept awake, every
 * answer costs the same wake-up.
 *
 * @returns what ends it; undefined where processes cannot be pinned
 */
export function keepLoadCoreAwake(): (() => void) | undefined {
  if (cores === undefined) return undefined;
  const args = ["-n", "19", process.execPath, "-e", "for (;;);"];
  const [command, ...rest] = pinned("load", "nice", args) as [string];
  const child = spawn(command, rest, { stdio: "ignore" });
  return () => child.kill("SIGKILL");
}
