import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { binariesIn, type ControlPlaneBinaries, type FindControlPlaneOptions } from "./binaries.ts";
import { buildInto, copyModule } from "./build-into.ts";
import { cacheFolder } from "./cache-folder.ts";
import { ControlPlaneUnavailable } from "./control-plane-unavailable.ts";
import { findGo, type GoBuild, goBuild, goEnvironment } from "./go-build.ts";
import { logToStderr } from "./log.ts";
import { type ControlPlaneModules, readModules } from "./modules.ts";
import type { OrphanGuard } from "./orphan-guard.ts";

/**
 * Builds the binaries with Go 1.26 or newer into the user's cache, unless it holds them by then. Of
 * several processes one builds and the others wait for it. The folder appears whole or not at all.
 *
 * @throws {ControlPlaneUnavailable} `NOTHING_FOUND` without a Go to build with, `BUILD_FAILED`
 *   where it fails
 */
export async function buildControlPlane(
  options: Omit<FindControlPlaneOptions, "build"> = {},
): Promise<ControlPlaneBinaries> {
  const { log = logToStderr, env: userEnv = process.env } = options;
  const env = goEnvironment(userEnv);
  const modules = await readModules(options.modules);
  const folder = cacheFolder(modules, userEnv);

  const go = await findGo(join(modules.folder, "kubernetes"), env);
  if (go.version === undefined) throw nothingFound(folder, go.why);
  const build = (workspace: string, guard: OrphanGuard) => {
    log(
      `Building Kubernetes ${modules.kubernetes} and etcd ${modules.etcd} with ${go.version} ` +
        `into ${folder}: ` +
        "once, about 6 minutes on two cores, 1.1 GB of modules to fetch and 300 MB to write. " +
        "KUBEBUILDER_ASSETS, set to a folder with kube-apiserver, etcd and kubectl, saves it.",
    );
    return buildAll({ modules, workspace, env, guard, log });
  };
  try {
    return await buildInto({ folder, look: (from) => binariesIn(folder, from), build, log });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ControlPlaneUnavailable(
      "BUILD_FAILED",
      `building a Kubernetes control plane for tests failed: ${why}`,
      { cause: error },
    );
  }
}

function nothingFound(folder: string, why: string): ControlPlaneUnavailable {
  return new ControlPlaneUnavailable(
    "NOTHING_FOUND",
    "no Kubernetes control plane for tests: KUBEBUILDER_ASSETS is not set, " +
      `${folder} holds none, and it cannot be built: ${why}. ` +
      "Set KUBEBUILDER_ASSETS to a folder with kube-apiserver, etcd and kubectl, " +
      "or install Go 1.26 or newer.",
  );
}

interface BuildAll extends Pick<GoBuild, "env" | "guard" | "log"> {
  modules: ControlPlaneModules;
  workspace: string;
}

/** @returns the folder in `workspace` that holds the binaries */
async function buildAll({ modules, workspace, ...context }: BuildAll): Promise<string> {
  const made = join(workspace, "bin");
  await mkdir(made);
  for (const name of ["kubernetes", "etcd"])
    await copyModule(workspace, join(modules.folder, name));

  const { etcd, kubernetes } = modules;
  await goBuild({
    what: `etcd ${etcd}`,
    cwd: join(workspace, "etcd"),
    package: "go.etcd.io/etcd/server/v3",
    output: join(made, "etcd"),
    ldflags: "-s -w",
    ...context,
  });
  for (const name of ["kube-apiserver", "kube-controller-manager", "kubectl"]) {
    await goBuild({
      what: `${name} ${kubernetes}`,
      cwd: join(workspace, "kubernetes"),
      package: `k8s.io/kubernetes/cmd/${name}`,
      output: join(made, name),
      ldflags: versionFlags(kubernetes),
      ...context,
    });
  }
  return made;
}

/** Without these the binaries call themselves v0.0.0-master. */
function versionFlags(version: string): string {
  const [major, minor] = version.split(".");
  const base = "k8s.io/component-base/version";
  return [
    "-s -w",
    `-X ${base}.gitVersion=v${version}`,
    `-X ${base}.gitMajor=${major}`,
    `-X ${base}.gitMinor=${minor}`,
    `-X k8s.io/client-go/pkg/version.gitVersion=v${version}`,
  ].join(" ");
}
