import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";

/**
 * Compares a text with the one that is kept in `file`. With `UPDATE_SNAPSHOTS=1` in the environment it is kept instead:
 * look at the difference before it is committed.
 */
export async function expectSnapshot(file: URL, text: string): Promise<void> {
  if (process.env["UPDATE_SNAPSHOTS"] === "1") await writeFile(file, text);
  expect(text).to.equal(await readFile(file, "utf8"));
}
