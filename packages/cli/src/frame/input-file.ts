import { readFile } from "node:fs/promises";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";

/**
 * The text of a file that the command line names.
 *
 * @param shown - what the user calls it, such as `--ca-file ca.crt`
 * @throws CommandError in words of ours: Node's name a system call, and the path again.
 */
export async function readInputFile(path: string, shown: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const message = `${shown} cannot be read: ${whyUnreadable(error as NodeJS.ErrnoException)}`;
    throw new CommandError(message, exitCodes.wrongUsage);
  }
}

function whyUnreadable({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "there is no such file";
    case "EISDIR":
      return "it is a folder: name the file in it";
    case "EACCES":
    case "EPERM":
      return "you may not read it";
    default:
      return message;
  }
}
