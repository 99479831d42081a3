import { join } from "node:path";
import type { ControlPlaneBinaries } from "./binaries.ts";
import { type Child, startChild } from "./child.ts";
import { freePorts } from "./free-ports.ts";
import type { OrphanGuard } from "./orphan-guard.ts";

/** What every component of one control plane is started with. */
export interface ComponentContext {
  binaries: ControlPlaneBinaries;
  /** The plane's temporary folder. */
  dir: string;
  env: NodeJS.ProcessEnv;
  guard: OrphanGuard;
  /** Milliseconds that one component may take to be ready. */
  readyTimeoutMs: number;
  log: (line: string) => void;
}

/** Milliseconds between SIGTERM and SIGKILL. */
export const graceMs = 5_000;

/** Starts one component with its log in `<dir>/logs/<name>.log`. */
export function startComponent(
  { dir, env, guard }: ComponentContext,
  name: string,
  file: string,
  args: string[],
): Promise<Child> {
  return startChild({ name, file, args, env, guard, logFile: join(dir, "logs", `${name}.log`) });
}

/**
 * From now on the end of a component that nobody stopped is worth a line: tests only see refused
 * connections.
 */
export function reportUnexpectedEnd(child: Child, { dir, log }: ComponentContext): void {
  child.onUnexpectedEnd((ending) => {
    log(`${child.name} (${child.pid}) of the control plane in ${dir} ended by itself: ${ending}`);
  });
}

/** Calls `start` with free ports, and once more with others where one was taken from under it. */
export async function onFreePorts<Started>(
  count: number,
  start: (ports: number[]) => Promise<Started>,
  takePorts: (count: number) => Promise<number[]> = freePorts,
): Promise<Started> {
  try {
    return await start(await takePorts(count));
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("address already in use"))) throw error;
    return start(await takePorts(count));
  }
}
