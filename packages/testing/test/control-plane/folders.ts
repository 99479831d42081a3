import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface TemporaryFolder {
  path: string;
  /** Writes a file that can be executed, and the folders on the way to it. */
  executable(name: string, content?: string): string;
  remove(): void;
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(realpathSync(tmpdir()), "gatewright-test-"));
  return {
    path,
    executable(name, content = "#!/bin/sh\n") {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { mode: 0o755 });
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
