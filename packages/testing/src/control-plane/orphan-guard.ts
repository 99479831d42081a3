import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";

/** Sees to it that no child process and no folder outlives this process, however it ends. */
export interface OrphanGuard {
  /** Adds a child that must not outlive this process. */
  watch(pid: number): void;
  /** Takes a child that has ended off again, before its id is another process's. */
  forget(pid: number): void;
  /** Ends the guard itself; what it still watches is left alone. */
  release(): Promise<void>;
}

// Each line is the whole list of process ids as it now stands. The end of input is the end of this
// process: of SIGKILL, or of a signal without a handler, no exit hook ever hears.
const script = `
pids=
while read -r line; do pids=$line; done
[ "$pids" = released ] && exit 0
[ -n "$pids" ] && kill -KILL $pids 2>/dev/null
rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }
`;

/**
 * Starts the guard for one temporary folder. Two nets: an exit hook, which is done before this
 * process is gone, and a shell of a few lines in a session of its own that notices the closed pipe.
 */
export function createOrphanGuard(dir: string): OrphanGuard {
  const pids = new Set<number>();

  const onExit = () => {
    for (const pid of pids) killNow(pid);
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  };
  process.once("exit", onExit);

  const shell = spawn("/bin/sh", ["-c", script, "gatewright-orphan-guard", dir], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = once(shell, "close");
  // Somebody ended the shell: the exit hook remains, and a plane under test must not crash for it.
  shell.stdin.on("error", () => {});
  const tell = () => {
    if (shell.stdin.writable) shell.stdin.write(`${[...pids].join(" ")}\n`);
  };

  return {
    watch(pid) {
      pids.add(pid);
      tell();
    },
    forget(pid) {
      if (pids.delete(pid)) tell();
    },
    async release() {
      process.removeListener("exit", onExit);
      shell.stdin.end("released\n");
      await ended;
    },
  };
}

function killNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
