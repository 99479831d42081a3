import { type KeyObject, randomBytes } from "node:crypto";
import { chmod, link, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GatewrightError } from "../errors.ts";
import { parseKey } from "./certificate.ts";
import { generateKey } from "./issue-certificate.ts";

/** Makes the folder, for its owner alone; one that is there already is left as it is. */
export async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  // Only where the folder is ours: in a folder of the user's it would hide the user's own files.
  if (made !== undefined) await writeFile(join(folder, ".gitignore"), "*\n");
}

/** The text of a file; undefined where there is no such file. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

/**
 * Puts a whole file in its place at once, under a temporary name first. `"create"` leaves a file
 * alone that came in between.
 *
 * @returns whether the file is the one given here.
 */
export async function publish(
  file: string,
  content: string,
  { mode, how }: { mode: number; how: "create" | "replace" },
): Promise<boolean> {
  const temporary = temporaryName(file);
  try {
    await writeFile(temporary, content, { mode, flag: "wx" });
    if (how === "create") return await linkIfFree(temporary, file);
    await rename(temporary, file);
    return true;
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * The ECDSA P-256 key in `file`, made if there is none. A damaged one is put aside as
 * `<file>.damaged`.
 *
 * @throws GatewrightError `GW_CERTIFICATE` for a sound key of another kind: not made here, so not
 * replaced here.
 */
export async function ensureKey(file: string): Promise<KeyObject> {
  for (;;) {
    const found = await readIfThere(file);
    if (found === undefined) {
      const pem = (await generateKey()).export({ type: "pkcs8", format: "pem" }) as string;
      await publish(file, pem, { mode: 0o600, how: "create" });
      continue;
    }
    const key = keyIn(found, file);
    if (key === undefined) {
      await putAside(file, found);
    } else if (key.asymmetricKeyDetails?.namedCurve === "prime256v1") {
      return key;
    } else {
      throw new GatewrightError(
        "GW_CERTIFICATE",
        `${file} is not a key that Gatewright made: take another folder, or configure the certificate`,
      );
    }
  }
}

/** Takes everybody else's rights to a key away, which copies and archives bring back. */
export async function keepPrivate(keyFiles: readonly string[]): Promise<void> {
  if (process.platform === "win32") return;
  for (const file of keyFiles) {
    try {
      if ((await stat(file)).mode & 0o077) await chmod(file, 0o600);
    } catch {
      // No such key, or another user's: then its rights are that user's business.
    }
  }
}

function keyIn(pem: string, file: string): KeyObject | undefined {
  try {
    return parseKey(pem, file);
  } catch {
    return undefined;
  }
}

/** Moves the damaged file away, but not the sound one that another process may have put there. */
async function putAside(file: string, damaged: string): Promise<void> {
  const aside = temporaryName(file);
  try {
    await rename(file, aside);
    if ((await readIfThere(aside)) === damaged) await rename(aside, `${file}.damaged`);
    else await linkIfFree(aside, file);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function linkIfFree(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    // Some shared folders of virtual machines know no links; there the last of two wins.
    if (!hasCode(error, "EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP")) throw error;
    await rename(from, to);
  }
  return true;
}

function temporaryName(file: string): string {
  return `${file}.${randomBytes(6).toString("hex")}.tmp`;
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? "");
}
