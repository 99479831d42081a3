/** Folders with configuration files and plugins, for the tests of `config-file`. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "mocha";
import { ConfigurationError } from "../src/configuration-error.ts";

/** A function that makes folders with the given files; they are removed after the suite. */
export function configFolders(): (files: Record<string, string | Uint8Array>) => Promise<string> {
  const made: string[] = [];
  after(async () => {
    for (const folder of made) await rm(folder, { recursive: true, force: true });
  });
  return async (files) => {
    // Modules are known by their real path, which that of a temporary folder need not be.
    const folder = await realpath(await mkdtemp(join(tmpdir(), "gatewright-config-")));
    made.push(folder);
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return folder;
  };
}

const core = new URL("../src/plugin.ts", import.meta.url).href;

/** The source of a module whose default export is a plugin. */
export function pluginModule(name: string, declaration = ""): string {
  return `import { definePlugin } from ${JSON.stringify(core)};
const rules = [
  { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] },
];
export default definePlugin({
  name: ${JSON.stringify(name)},
  validate: { rules, sideEffects: "None", handle() {} },
  ${declaration}
});
`;
}

/** What the configuration is refused for, line by line, with `folder` left out. */
export async function refusalOf(loading: Promise<unknown>, folder: string): Promise<string[]> {
  try {
    await loading;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message.replaceAll(`${folder}/`, "").replaceAll(folder, ".").split("\n");
  }
  throw new Error("the configuration was not refused");
}
