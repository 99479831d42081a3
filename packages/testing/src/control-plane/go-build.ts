import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { goPlatform } from "./cache-folder.ts";
import type { OrphanGuard } from "./orphan-guard.ts";

/** One `go build`. */
export interface GoBuild {
  /** What is built, for the progress lines: `kube-apiserver 1.36.3`. */
  what: string;
  /** A folder with the `go.mod` that pins everything; Go may write to it. */
  cwd: string;
  /** Import path of the command. */
  package: string;
  /** The file to write. */
  output: string;
  ldflags: string;
  env: NodeJS.ProcessEnv;
  guard: OrphanGuard;
  log: (line: string) => void;
}

/**
 * The environment for Go: the user's (GOPROXY, GOFLAGS, GOMODCACHE and so on), less what could only
 * make it build something else: another platform's binaries, or inside of the user's own Go
 * workspace.
 */
export function goEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { os, arch } = goPlatform();
  return { ...env, GOOS: os, GOARCH: arch, GO111MODULE: "on", GOWORK: "off" };
}

/**
 * The Go that would build in `cwd`, such as `go1.26.8`. Asked there, because a Go that may fetch
 * toolchains (`GOTOOLCHAIN=auto`) answers with the one that the `go.mod` demands.
 *
 * @returns `why` there is none where Go is missing, refuses to run, or is older than 1.26
 */
export async function findGo(
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ version: string; why?: never } | { version?: never; why: string }> {
  let version: string;
  try {
    const { stdout } = await promisify(execFile)("go", ["env", "GOVERSION"], { cwd, env });
    version = stdout.trim();
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT") return { why: "there is no go on the PATH" };
    return { why: `go env GOVERSION failed: ${(stderr ?? "").trim() || String(error)}` };
  }
  const [, major, minor] = /\bgo(\d+)\.(\d+)/.exec(version) ?? [];
  const enough = Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 26);
  return enough ? { version } : { why: `go on the PATH is ${version || "of no known version"}` };
}

/**
 * Runs one `go build`, with a line of progress every 20 s.
 *
 * @throws Error with the last lines that Go wrote
 */
export async function goBuild(build: GoBuild): Promise<void> {
  const { what, cwd, output, ldflags, env, guard, log } = build;
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 1000);
  const args = ["build", "-v", "-trimpath", "-ldflags", ldflags, "-o", output, build.package];
  const go = spawn("go", args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
  if (go.pid) guard.watch(go.pid);

  let downloaded = 0;
  let compiled = 0;
  const lastLines: string[] = [];
  // With -v Go names each package as it compiles it: the only sign of life in these minutes.
  createInterface({ input: go.stderr }).on("line", (line) => {
    if (line.startsWith("go: downloading ")) downloaded++;
    else if (/^[\w.~-]+(\/[\w.~-]+)*$/.test(line)) compiled++;
    else lastLines.push(line);
    if (lastLines.length > 20) lastLines.shift();
  });
  const progress = setInterval(() => {
    log(`  ${what}: ${seconds()} s, ${downloaded} modules fetched, ${compiled} packages compiled`);
  }, 20_000);

  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      go.once("error", reject);
      go.once("close", resolve);
    });
    if (code !== 0) {
      throw new Error(`go build ${build.package} failed (${code}):\n${lastLines.join("\n")}`);
    }
    log(`  ${what}: built in ${seconds()} s`);
  } finally {
    clearInterval(progress);
    if (go.pid) guard.forget(go.pid);
  }
}
