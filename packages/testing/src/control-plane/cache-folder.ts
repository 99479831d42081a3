import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { ControlPlaneModules } from "./modules.ts";

/** Go's names of the platforms that a control plane runs on. */
const goNames: Partial<Record<string, string>> = {
  linux: "linux",
  darwin: "darwin",
  x64: "amd64",
  arm64: "arm64",
};

/** This machine as Go calls it: `{ os: "linux", arch: "amd64" }`. */
export function goPlatform(): { os: string; arch: string } {
  return {
    os: goNames[process.platform] ?? process.platform,
    arch: goNames[process.arch] ?? process.arch,
  };
}

/**
 * The folder in the user's cache that holds, or will hold, the binaries of these versions for this
 * platform: `$XDG_CACHE_HOME`, else `~/.cache` (Linux) or `~/Library/Caches` (macOS), then
 * `gatewright/control-plane/<kubernetes>-etcd-<etcd>-<os>-<arch>`. Outside of any checkout, so that
 * a fresh clone finds it.
 */
export function cacheFolder(
  versions: Pick<ControlPlaneModules, "kubernetes" | "etcd">,
  env: NodeJS.ProcessEnv,
): string {
  return inCache(env, "control-plane", `${versions.kubernetes}-etcd-${versions.etcd}`);
}

/** A program's own one beside the control plane's: `gatewright/<name>/<version>-<os>-<arch>`. */
export function toolCacheFolder(name: string, version: string, env: NodeJS.ProcessEnv): string {
  return inCache(env, name, version);
}

function inCache(env: NodeJS.ProcessEnv, what: string, versions: string): string {
  const { os, arch } = goPlatform();
  return join(userCache(env), "gatewright", what, `${versions}-${os}-${arch}`);
}

function userCache(env: NodeJS.ProcessEnv): string {
  // The XDG Base Directory Specification: a relative path is invalid and to be ignored.
  const xdg = env.XDG_CACHE_HOME;
  if (xdg && isAbsolute(xdg)) return xdg;
  const home = env.HOME || homedir();
  return process.platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache");
}
