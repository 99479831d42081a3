import { open } from "node:fs/promises";
import { ConfigurationError } from "../configuration-error.ts";
import { nearestFile } from "./nearest-file.ts";

// Some ten thousand lines; an operator who names /dev/zero or a log by mistake is told so.
const MAX_BYTES = 1024 * 1024;

/**
 * The text of a configuration file. Pipes are fine (`--config <(generate)`).
 *
 * @throws ConfigurationError `GW_CONFIG_UNREADABLE` with what to do about it.
 */
export async function readConfigFile(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readBounded(path);
  } catch (error) {
    throw unreadable(path, await adviceFor(error as NodeJS.ErrnoException, path));
  }
  if (bytes.length > MAX_BYTES) {
    throw unreadable(path, "is larger than 1 MiB: is it the configuration file?");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const [before = ""] = bytes.toString("utf8").split("\uFFFD", 1);
    const lines = before.split("\n");
    const message = "is not UTF-8 from here on: save it in that encoding";
    throw unreadable(path, message, {
      line: lines.length,
      column: (lines.at(-1)?.length ?? 0) + 1,
    });
  }
}

async function readBounded(path: string): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    const chunks: Buffer[] = [];
    // One byte more than is allowed tells that there is too much.
    for await (const chunk of handle.createReadStream({ end: MAX_BYTES, autoClose: false })) {
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks);
  } finally {
    await handle.close();
  }
}

async function adviceFor(error: NodeJS.ErrnoException, path: string): Promise<string> {
  switch (error.code) {
    case "ENOENT":
      return `there is no such file${await nearestFile(path)}`;
    case "ENOTDIR":
      return "there is no such file: a part of its path is not a folder";
    case "EISDIR":
      return "is a folder: name the file in it";
    case "EACCES":
    case "EPERM":
      return "may not be read by the user that runs this process: give it the right to (chmod)";
    default:
      return `cannot be read: ${error.message}`;
  }
}

function unreadable(
  file: string,
  message: string,
  place: { line?: number; column?: number } = {},
): ConfigurationError {
  const issue = { code: "GW_CONFIG_UNREADABLE", pointer: "", message, ...place } as const;
  return new ConfigurationError([issue], file);
}
