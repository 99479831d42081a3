import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import type { Terminal } from "../frame/terminal.ts";
import type { Files } from "./files.ts";

/** Writes files into a folder, over those of before, and says which. What else is there stays. */
export async function writeFiles(terminal: Terminal, folder: string, files: Files): Promise<void> {
  for (const [path, text] of files) {
    const file = join(folder, path);
    const absolute = resolve(terminal.cwd, file);
    try {
      await mkdir(dirname(absolute), { recursive: true });
      await writeFile(absolute, text);
    } catch (cause) {
      const { code, message: why } = cause as NodeJS.ErrnoException;
      const said =
        code === "EEXIST" || code === "ENOTDIR" ? `${folder} is a file: name a folder` : why;
      const message = `${file} cannot be written: ${said}`;
      throw new CommandError(message, exitCodes.refused, { cause });
    }
    terminal.stderr.write(`${file}\n`);
  }
}
