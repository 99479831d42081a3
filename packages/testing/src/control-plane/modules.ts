import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { GoTool } from "./go-tool.ts";

/** The Go modules that the binaries are built from, and the versions that they pin. */
export interface ControlPlaneModules {
  /** Absolute path of a folder with `kubernetes/go.mod`, `etcd/go.mod` and their `go.sum`. */
  folder: string;
  /** Version of Kubernetes without the `v`, such as `1.36.3`. */
  kubernetes: string;
  /** Version of etcd without the `v`, such as `3.6.8`. */
  etcd: string;
}

/** The Go module that a program beside the control plane is built from. */
export interface ToolModule {
  /** Absolute path of the folder with `go.mod` and `go.sum`. */
  folder: string;
  /** Version of the program without the `v`, such as `0.8.0`. */
  version: string;
}

const shipped = fileURLToPath(new URL("../../control-plane/", import.meta.url));

/**
 * Reads the versions from the `go.mod` files, which are thereby the only place that names them.
 *
 * @param folder another folder of the same layout, for an older Kubernetes in a test matrix
 * @throws where a `go.mod` is missing or names no version of `k8s.io/kubernetes` or
 *   `go.etcd.io/etcd/server/v3`
 */
export async function readModules(folder: string = shipped): Promise<ControlPlaneModules> {
  const absolute = resolve(folder);
  const [kubernetes, etcd] = await Promise.all([
    pinnedVersion(join(absolute, "kubernetes", "go.mod"), "k8s.io/kubernetes"),
    pinnedVersion(join(absolute, "etcd", "go.mod"), "go.etcd.io/etcd/server/v3"),
  ]);
  return { folder: absolute, kubernetes, etcd };
}

/** Reads a program's version from its `go.mod` in this package. */
export async function readToolModule(
  tool: Pick<GoTool<string>, "name" | "module">,
): Promise<ToolModule> {
  const folder = join(shipped, tool.name);
  return { folder, version: await pinnedVersion(join(folder, "go.mod"), tool.module) };
}

async function pinnedVersion(goMod: string, module: string): Promise<string> {
  for (const line of (await readFile(goMod, "utf8")).split("\n")) {
    const [path, version] = line
      .replace(/^\s*require\s/, "")
      .trim()
      .split(/\s+/);
    if (path === module && version?.startsWith("v")) return version.slice(1);
  }
  throw new Error(`${goMod} requires no version of ${module}`);
}
