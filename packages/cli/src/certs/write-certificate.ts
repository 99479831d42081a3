import { access, mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { GATEWRIGHT, KEYS, MANAGED_BY } from "@gatewright/kubernetes/certificates";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { yamlText } from "../frame/yaml-text.ts";
import type { MadeCertificate } from "./create-certificate.ts";

/**
 * Writes the files, for their owner alone.
 *
 * @returns their paths, as they were asked for.
 * @throws CommandError where one is there already, and then writes none; or where it cannot.
 */
export async function writeFiles(
  cwd: string,
  folder: string,
  made: MadeCertificate,
): Promise<string[]> {
  const refuse = (message: string) => new CommandError(message, exitCodes.refused);
  const names = Object.keys(made);
  for (const name of names) {
    const isThere = await access(resolve(cwd, folder, name)).then(
      () => true,
      () => false,
    );
    if (isThere) throw refuse(`${join(folder, name)} is there already: name another folder`);
  }
  try {
    await mkdir(resolve(cwd, folder), { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(made)) {
      const file = resolve(cwd, folder, name);
      await writeFile(file, text, { mode: name.endsWith(".key") ? 0o600 : 0o644, flag: "wx" });
    }
  } catch (error) {
    throw refuse(`${folder} cannot be written to: ${(error as Error).message}`);
  }
  return names.map((name) => join(folder, name));
}

/** A Secret as the server keeps it: it goes on with it, since it bears its label. */
export async function secretManifest(
  { name, namespace }: { name: string; namespace: string },
  made: MadeCertificate,
): Promise<string> {
  const data = Object.fromEntries(
    Object.values(KEYS).flatMap((key) => {
      const text = made[key];
      return text === undefined ? [] : [[key, Buffer.from(text).toString("base64")]];
    }),
  );
  return yamlText({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, labels: { [MANAGED_BY]: GATEWRIGHT } },
    type: "kubernetes.io/tls",
    data,
  });
}
