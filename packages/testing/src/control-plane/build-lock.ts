import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Who builds. A file of this is in the lock folder. */
interface LockOwner {
  token: string;
  pid: number;
  host: string;
}

export interface BuildLockOptions {
  /** Called once, when somebody else is found to hold the lock. */
  waiting: (owner: { pid: number; host: string } | undefined) => void;
  /** Asked between two looks at the lock: whether there is nothing left to wait for. */
  superseded: () => Promise<boolean>;
}

export interface BuildLock {
  /** Unique to this holder: what it writes elsewhere can carry it in its name. */
  token: string;
  release(): Promise<void>;
}

/** A holder touches its lock this often, and is taken for dead after the second time. */
const heartbeatMs = 2_000;
const staleMs = 30_000;

/**
 * Takes the lock folder at `path`, for which another process's build is waited for. A lock whose
 * owner has died (its process is gone, or it has not touched the lock for 30 s) is broken; what the
 * dead owner left beside it, under its token, is the caller's to remove: `left(token)`.
 *
 * Two processes that find the same dead lock in the same moment may both come out as holders. The
 * lock therefore only saves work; correctness comes from the rename at the end of a build.
 *
 * @returns undefined where `superseded` said so
 */
export async function takeBuildLock(
  path: string,
  options: BuildLockOptions,
  left: (token: string) => Promise<void>,
): Promise<BuildLock | undefined> {
  let announced = false;
  for (;;) {
    const lock = await tryToTake(path);
    if (lock) return lock;
    if (await options.superseded()) return undefined;
    const owner = await readOwner(path);
    if (await isStale(path, owner)) {
      await breakLock(path);
      if (owner) await left(owner.token);
      continue;
    }
    if (!announced) options.waiting(owner);
    announced = true;
    await delay(250);
  }
}

async function tryToTake(path: string): Promise<BuildLock | undefined> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw error;
  }
  const owner: LockOwner = { token: randomUUID(), pid: process.pid, host: hostname() };
  await writeFile(join(path, "owner.json"), JSON.stringify(owner));
  const heartbeat = setInterval(() => {
    const now = new Date();
    // A lock that was broken meanwhile is no longer there to be touched.
    utimes(path, now, now).catch(() => {});
  }, heartbeatMs);
  heartbeat.unref();
  return {
    token: owner.token,
    async release() {
      clearInterval(heartbeat);
      if ((await readOwner(path))?.token === owner.token) await breakLock(path);
    },
  };
}

async function readOwner(path: string): Promise<LockOwner | undefined> {
  try {
    return JSON.parse(await readFile(join(path, "owner.json"), "utf8")) as LockOwner;
  } catch {
    // Gone, or its owner is between making the folder and writing the file.
    return undefined;
  }
}

async function isStale(path: string, owner: LockOwner | undefined): Promise<boolean> {
  if (owner?.host === hostname() && !isAlive(owner.pid)) return true;
  try {
    return Date.now() - (await stat(path)).mtimeMs > staleMs;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The rename makes one of several breakers the winner, and never shows a half-removed lock. */
async function breakLock(path: string): Promise<void> {
  const aside = `${path}-${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}
