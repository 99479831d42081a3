import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "mocha";

/** Files of a suite, in a folder of its own that goes with it. */
export function useConfigurations(): {
  path(): string;
  /** Writes a file, and resolves to its path. */
  write(name: string, text: string): Promise<string>;
} {
  let folder: string | undefined;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatewright-cli-"));
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });
  const path = (): string => {
    if (folder === undefined) throw new Error("no test runs");
    return folder;
  };
  return {
    path,
    async write(name, text) {
      const file = join(path(), name);
      await writeFile(file, text);
      return file;
    },
  };
}
