import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

/**
 * Whether a process lies still after SIGSTOP: on Linux each of its threads, since they stop one
 * after another. One that is gone does, too.
 */
export async function isStopped(pid: number): Promise<boolean> {
  if (process.platform === "linux") {
    const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
    const states = await Promise.all(
      threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, "utf8").catch(() => "")),
    );
    // "1234 (etcd) T 1 …", and Z where it has ended.
    return states.every((stat) => stat === "" || /\) [TtZX] /.test(stat));
  }
  const { stdout } = await promisify(execFile)("ps", ["-o", "stat=", "-p", String(pid)]).catch(
    () => ({ stdout: "" }),
  );
  return /^(?:[TZ]|$)/.test(stdout.trim());
}
