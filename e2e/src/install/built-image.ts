import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { copyContext } from "./build-context.ts";
import { copyOf, type Stage, textsOf } from "./dockerfile.ts";

/** What the image's files are, on this machine, and how its processes are started. */
export interface BuiltImage {
  /** The folder that stands for the image's `/`. */
  readonly root: string;
  /** Starts what the image would start with these arguments: as its user where this one may choose, in its folder. */
  run(...args: string[]): ChildProcessByStdio<null, Readable, Readable>;
  /** The same for Node itself, with arguments of its own. */
  node(...args: string[]): ChildProcessByStdio<null, Readable, Readable>;
  remove(): void;
}

/**
 * Does what the two stages of a Dockerfile say, without a container engine: its RUN commands are run in a folder in
 * place of `/build`, its COPYs copy to a folder in place of `/`. Node is this one.
 */
export async function buildImage(source: string, stages: Stage[]): Promise<BuiltImage> {
  const [build, final] = stages;
  if (build === undefined || final === undefined) throw new Error("two stages are needed");
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "gatewright-image-")));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Another user than the one who builds it is to run it.
  chmodSync(folder, 0o755);
  const inBuild = (text: string) =>
    text.replaceAll(/(?<=\s|^)\/(?=app|build)/g, `${folder}/stage/`);
  try {
    const cwd = join(folder, "stage/build");
    mkdirSync(cwd, { recursive: true });
    copyContext(source, cwd);
    for (const command of textsOf(build, "RUN")) await runInShell(inBuild(command), cwd, source);
    const root = join(folder, "root");
    const workdir = join(root, textsOf(final, "WORKDIR")[0] ?? "/");
    for (const copy of textsOf(final, "COPY").map(copyOf)) {
      const target = resolve(workdir, copy.target);
      mkdirSync(dirname(target), { recursive: true });
      cpSync(inBuild(copy.source), target, { recursive: true, verbatimSymlinks: true });
    }
    const user = Number(textsOf(final, "USER")[0]?.split(":")[0]);
    const [, ...entry] = JSON.parse(textsOf(final, "ENTRYPOINT")[0] ?? "[]") as string[];
    const node = (...args: string[]) =>
      spawn(process.execPath, args, {
        cwd: workdir,
        env: { NODE_ENV: "production" },
        stdio: ["ignore", "pipe", "pipe"],
        ...(process.getuid?.() === 0 && { uid: user, gid: user }),
      });
    return {
      root,
      node,
      run: (...args) => node(...entry.map((path) => join(root, path)), ...args),
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

async function runInShell(command: string, cwd: string, source: string): Promise<void> {
  const options = { cwd, env: buildEnv(resolve(source)), maxBuffer: 1 << 26 };
  try {
    await promisify(execFile)("/bin/sh", ["-c", command], options);
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    throw new Error(`${command}\n${stdout ?? ""}`, { cause: error });
  }
}

/** Without the workspace's own tools, and without what npm told the script that runs the tests. */
function buildEnv(workspace: string): NodeJS.ProcessEnv {
  const path = (process.env["PATH"] ?? "").split(":").filter((at) => !at.startsWith(workspace));
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:npm|pnpm)_/i.test(name));
  return { ...Object.fromEntries(kept), PATH: [dirname(process.execPath), ...path].join(":") };
}
