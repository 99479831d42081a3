import { access, constants, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Found } from "./build-into.ts";

/** Where the binaries of a control plane are; every path is absolute. */
export interface ControlPlaneBinaries {
  /** The folder that holds them. */
  folder: string;
  /** Which of the three ways they were come by. */
  from: "KUBEBUILDER_ASSETS" | "cache" | "build";
  etcd: string;
  kubeApiserver: string;
  kubectl: string;
  /** Absent where `KUBEBUILDER_ASSETS` holds none, as the bundles of envtest do not. */
  kubeControllerManager?: string;
}

export interface FindControlPlaneOptions {
  /** Whether to build with Go what is found nowhere, which takes minutes. @default true */
  build?: boolean;
  /** Receives one line of progress at a time, without its line end. @default a line on stderr */
  log?: (line: string) => void;
  /**
   * Read for `KUBEBUILDER_ASSETS`, `XDG_CACHE_HOME`, `HOME`, `PATH` and Go's own variables.
   * @default process.env
   */
  env?: NodeJS.ProcessEnv;
  /**
   * A folder with `kubernetes/` and `etcd/`, a `go.mod` and `go.sum` in each: the versions to build
   * and to look for in the cache. @default the ones in this package: Kubernetes 1.36.3, etcd 3.6.8
   */
  modules?: string;
}

/**
 * Looks into one folder. kube-apiserver, etcd and kubectl must be there and executable;
 * kube-controller-manager must be in what we built ourselves.
 */
export async function binariesIn(
  folder: string,
  from: ControlPlaneBinaries["from"],
): Promise<Found<ControlPlaneBinaries>> {
  const names = ["kube-apiserver", "etcd", "kubectl", "kube-controller-manager"];
  const there = new Set<string>();
  for (const name of names) if (await isExecutable(join(folder, name))) there.add(name);
  const missing = names.filter(
    (name) =>
      !there.has(name) && !(name === "kube-controller-manager" && from === "KUBEBUILDER_ASSETS"),
  );
  if (missing.length > 0) return { missing };
  const binaries: ControlPlaneBinaries = {
    folder,
    from,
    etcd: join(folder, "etcd"),
    kubeApiserver: join(folder, "kube-apiserver"),
    kubectl: join(folder, "kubectl"),
  };
  if (there.has("kube-controller-manager")) {
    binaries.kubeControllerManager = join(folder, "kube-controller-manager");
  }
  return { binaries };
}

/** Whether it is a file that this user may run. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
