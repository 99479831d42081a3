import { resolve } from "node:path";
import { binariesIn, type ControlPlaneBinaries, type FindControlPlaneOptions } from "./binaries.ts";
import { buildControlPlane } from "./build-control-plane.ts";
import { cacheFolder } from "./cache-folder.ts";
import { ControlPlaneUnavailable } from "./control-plane-unavailable.ts";
import { logToStderr } from "./log.ts";
import { readModules } from "./modules.ts";

/**
 * Finds the binaries of a control plane: in `KUBEBUILDER_ASSETS` (the convention of
 * controller-runtime's envtest), else in the user's cache, else by building them with Go 1.26 or
 * newer into that cache.
 *
 * @throws {ControlPlaneUnavailable} where none of the three has them
 */
export async function findControlPlane(
  options: FindControlPlaneOptions = {},
): Promise<ControlPlaneBinaries> {
  const { build = true, log = logToStderr, env = process.env } = options;

  if (env.KUBEBUILDER_ASSETS) return fromAssets(resolve(env.KUBEBUILDER_ASSETS), log);

  const modules = await readModules(options.modules);
  const cache = cacheFolder(modules, env);
  const cached = await binariesIn(cache, "cache");
  if (cached.binaries) return cached.binaries;

  if (build) return buildControlPlane({ ...options, log, env });
  throw new ControlPlaneUnavailable(
    "NOTHING_FOUND",
    "no Kubernetes control plane for tests: KUBEBUILDER_ASSETS is not set, " +
      `${cache} holds none, and building was not asked for`,
  );
}

async function fromAssets(
  folder: string,
  log: (line: string) => void,
): Promise<ControlPlaneBinaries> {
  const { binaries, missing } = await binariesIn(folder, "KUBEBUILDER_ASSETS");
  if (!binaries) {
    throw new ControlPlaneUnavailable(
      "ASSETS_INCOMPLETE",
      `KUBEBUILDER_ASSETS is ${folder}, which lacks ${missing.join(", ")}: ` +
        "point it at a folder with kube-apiserver, etcd and kubectl, or unset it",
    );
  }
  if (!binaries.kubeControllerManager) {
    log(`KUBEBUILDER_ASSETS (${folder}) holds no kube-controller-manager: going on without one`);
  }
  return binaries;
}
