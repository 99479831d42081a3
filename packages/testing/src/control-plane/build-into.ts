import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { takeBuildLock } from "./build-lock.ts";
import { createOrphanGuard, type OrphanGuard } from "./orphan-guard.ts";

/** What a folder offers: the binaries, or the names of those that it lacks. */
export type Found<Binaries> =
  | { binaries: Binaries; missing?: never }
  | { binaries?: never; missing: string[] };

export interface BuildInto<Binaries> {
  /** Where the binaries are to be, absolute. */
  folder: string;
  /** Looks into `folder`. */
  look: (from: "cache" | "build") => Promise<Found<Binaries>>;
  /** Builds in a folder of a temporary name. @returns the folder in it that holds the binaries */
  build: (workspace: string, guard: OrphanGuard) => Promise<string>;
  log: (line: string) => void;
}

/**
 * Builds what a folder is to hold, unless it holds it by then. Of several processes one builds,
 * under the lock beside the folder, and the others wait for it. The folder appears whole or not at
 * all.
 */
export async function buildInto<Binaries>({
  folder,
  look,
  build,
  log,
}: BuildInto<Binaries>): Promise<Binaries> {
  const beside = dirname(folder);
  await mkdir(beside, { recursive: true });
  const workspaceOf = (token: string) => join(beside, `.${basename(folder)}-${token}`);
  const finished = async () => (await look("cache")).binaries;

  const lock = await takeBuildLock(
    `${folder}.lock`,
    {
      waiting: (owner) => {
        const who = owner ? ` (${owner.pid} on ${owner.host})` : "";
        log(`Another process${who} builds ${folder}: waiting for it.`);
      },
      superseded: async () => (await finished()) !== undefined,
    },
    (token) => rm(workspaceOf(token), { recursive: true, force: true }),
  );
  const others = await finished();
  if (!lock || others) {
    await lock?.release();
    if (!others) throw new Error(`${folder} went away`);
    return others;
  }

  const workspace = workspaceOf(lock.token);
  const guard = createOrphanGuard(workspace);
  try {
    await mkdir(workspace);
    const made = await build(workspace, guard);
    // There is something in the way only if somebody took a binary out of a finished folder.
    if (!(await finished())) await rm(folder, { recursive: true, force: true });
    await rename(made, folder).catch(async (error: unknown) => {
      if (!(await finished())) throw error;
    });
    const { binaries, missing } = await look("build");
    if (missing) throw new Error(`go build succeeded, but ${folder} lacks ${missing.join(", ")}`);
    return binaries;
  } finally {
    await rm(workspace, { recursive: true, force: true });
    await guard.release();
    await lock.release();
  }
}

/**
 * Copies `go.mod` and `go.sum`: Go may want to write to them, and in node_modules they may be
 * read-only, as a copy of the files would be.
 *
 * @returns the folder in `workspace`
 */
export async function copyModule(workspace: string, module: string): Promise<string> {
  const copy = join(workspace, basename(module));
  await mkdir(copy);
  for (const file of ["go.mod", "go.sum"]) {
    await writeFile(join(copy, file), await readFile(join(module, file)));
  }
  return copy;
}
