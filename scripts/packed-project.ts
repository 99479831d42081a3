/** A project that stands in this repository, as a stranger would have it: installed by npm, elsewhere. */
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { packPackages } from "./pack-packages.ts";

/** What is read of a package.json. */
export interface Manifest {
  name: string;
  version: string;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

export interface PackedProject {
  /** Where it stands, without a symlink. */
  readonly folder: string;
  /** Its package.json as its author wrote it. */
  readonly manifest: Manifest;
  /** The versions of our packages, by name. */
  readonly packed: ReadonlyMap<string, string>;
  /** Its commands see this: no tool and no module of the workspace. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs a command there, and returns what it printed. */
  run(command: string, ...args: string[]): Promise<{ code: number | null; output: string }>;
  remove(): void;
}

/**
 * Packs the built packages, copies `source` into a new temporary folder, and takes each of our packages,
 * directly or for another, from its tarball: no registry has them yet. Nothing is installed so far.
 */
export function copyProject(source: string): PackedProject {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "gatewright-project-")));
  const folder = join(root, "project");
  const packed = new Map<string, string>();
  const fromTarball: Record<string, string> = {};
  for (const tarball of packPackages(join(root, "tarballs"))) {
    const text = execFileSync("tar", ["-xzOf", tarball, "package/package.json"]).toString();
    const { name, version } = JSON.parse(text) as Manifest;
    packed.set(name, version);
    fromTarball[name] = `file:${tarball}`;
  }

  // What somebody may have installed or started in the original is not part of it.
  const filter = (path: string) =>
    !/[\\/](?:node_modules|\.gatewright|package-lock\.json)$/.test(path);
  cpSync(source, folder, { recursive: true, filter });
  const file = join(folder, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
  const pointed = (specs: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(specs).map(([name, spec]) => [name, fromTarball[name] ?? spec]),
    );
  const changed = {
    ...manifest,
    dependencies: pointed(manifest.dependencies),
    devDependencies: pointed(manifest.devDependencies),
    overrides: fromTarball,
  };
  writeFileSync(file, JSON.stringify(changed, null, 2));

  const env = strangersEnv();
  return {
    folder,
    manifest,
    packed,
    env,
    async run(command, ...args) {
      let output = "";
      const child = execFile(command, args, { cwd: folder, env });
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on("data", (text: string) => (output += text));
      }
      const [code] = (await once(child, "close")) as [number | null];
      return { code, output };
    },
    remove: () => rmSync(root, { recursive: true }),
  };
}

/** This Node first; npm and the rest are the machine's own. */
function strangersEnv(): NodeJS.ProcessEnv {
  const { NODE_PATH: _, GATEWRIGHT_TEST_COUNTS: __, ...env } = process.env;
  const workspace = resolve(".");
  const path = (env["PATH"] ?? "").split(delimiter).filter((entry) => !entry.startsWith(workspace));
  return { ...env, PATH: [dirname(process.execPath), ...path].join(delimiter) };
}
