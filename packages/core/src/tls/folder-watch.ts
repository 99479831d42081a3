import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";

/** Watches that follow a path, not the folder that happened to be there. */
export interface FolderWatch {
  /** Watches again what was replaced, or has come back, since the last call. */
  refresh(): Promise<void>;
  close(): void;
}

/**
 * Calls `onEvent` when anything changes directly in one of `folders`. A hint only: links can be
 * swapped and files changed behind it, and a system may have no watches left, so the caller polls
 * as well. Never keeps the process alive.
 */
export function watchFolders(folders: Iterable<string>, onEvent: () => void): FolderWatch {
  const watched = new Map<string, { identity: string; watcher: FSWatcher } | undefined>();
  for (const folder of folders) watched.set(folder, undefined);
  let closed = false;

  function drop(folder: string): void {
    watched.get(folder)?.watcher.close();
    watched.set(folder, undefined);
  }

  function open(folder: string, identity: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, onEvent);
      watcher.on("error", () => drop(folder));
      watched.set(folder, { identity, watcher });
    } catch {
      // No watches left (inotify's limits), or the folder went away just now: the next refresh
      // tries again, and until then the caller's polling does.
    }
  }

  return {
    async refresh() {
      for (const folder of watched.keys()) {
        const identity = await identify(folder);
        if (closed) return;
        if (identity === watched.get(folder)?.identity) continue;
        drop(folder);
        if (identity !== undefined) open(folder, identity);
      }
    },
    close() {
      closed = true;
      for (const folder of watched.keys()) drop(folder);
    },
  };
}

/** Tells one folder from another in the same place: a new one may get the old one's inode. */
async function identify(folder: string): Promise<string | undefined> {
  try {
    const { dev, ino, birthtimeNs } = await stat(folder, { bigint: true });
    return `${dev}:${ino}:${birthtimeNs}`;
  } catch {
    return undefined;
  }
}
